import type { LanguageModel, Prompt } from '../../ports/index.js'
import type { Usage } from '../../vocabulary/index.js'

/** How the model's API answers. */
export type ModelAnswer =
  | { readonly kind: 'text'; readonly text: string; readonly usage?: Usage }
  /** This HTTP status, with an error as the API writes it. */
  | { readonly kind: 'status'; readonly status: number }
  /** Status 200 and something that is no answer. */
  | { readonly kind: 'garbage' }
  /** The request is read, and nothing ever comes back. */
  | { readonly kind: 'hang' }
  /** The request is read, and the connection breaks. */
  | { readonly kind: 'reset' }

/** What a model adapter's author gives for each case: the adapter, and an API that is under control. */
export interface ModelHarness {
  readonly model: LanguageModel
  /** How every request from now on is answered. */
  answerWith(answer: ModelAnswer): void
  /** What the API was asked, oldest first, in the words of the port. */
  requests(): readonly Prompt[]
  close(): Promise<void>
}
