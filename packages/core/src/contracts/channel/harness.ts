import type { Channel, WebhookRequest } from '../../ports/index.js'
import type { Identity, Peer } from '../../vocabulary/index.js'

/** How the provider's API answers a send. */
export type ProviderAnswer =
  /** It takes the message. */
  | 'accept'
  /** It refuses for good, as for a recipient that does not exist. */
  | 'refuse'
  /** It takes no more for now. */
  | 'overload'
  /** It says that all is well, in words that mean nothing. */
  | 'garbage'
  /** It reads the request and never answers. */
  | 'hang'
  /** It reads the request and breaks the connection. */
  | 'reset'

/** A message as the provider's API understood it. */
export interface ProviderMessage {
  readonly to: string
  readonly text: string
  readonly quotedId?: string
}

/** A customer's text that a webhook reports. */
export interface ReportedText {
  readonly providerId: string
  readonly from: Identity
  readonly text: string
}

/** How the provider answers when it is asked for what is new. */
export type PollAnswer =
  /** With what there is. */
  | 'list'
  /** It says that it cannot. */
  | 'refuse'
  /** With words that mean nothing. */
  | 'garbage'
  /** It reads the request and breaks the connection. */
  | 'reset'

/** A provider that nothing pushes: what a harness of a channel with `poll` has besides. It lists what was sent, too. */
export interface PollingHarness {
  /** A text reaches the provider now; its list says that it was written `ageMs` ago. */
  arrives(text: ReportedText, ageMs: number): void
  /** How every poll from now on is answered. */
  answerPollsWith(answer: PollAnswer): void
  /** A channel with the same options that knows nothing of the first one, as after a restart of the process. */
  restart(): Channel
}

/** What a channel's author gives for each case: the channel, and a provider that is under control. */
export interface ChannelHarness {
  readonly channel: Channel
  /** A person whom the channel can write to and hear from, with the address as the provider writes it. */
  readonly person: { readonly identity: Identity & Peer; readonly address: string }
  /** The id of some message as the provider writes it, the same for the same name. Default: the name. */
  sampleId?(name: string): string
  /** How every send from now on is answered. */
  answerWith(answer: ProviderAnswer): void
  /** What the provider's API was asked to send, oldest first, whatever it answered. */
  requested(): readonly ProviderMessage[]
  /** The body of a webhook that reports the text. The same text gives the same bytes. */
  reportOf(text: ReportedText): Uint8Array
  /** The request that brings this body: as the provider sends it, or as somebody else would who has no secret. */
  webhook(body: Uint8Array, from: 'provider' | 'stranger'): WebhookRequest
  /** Of a channel with `poll`. */
  readonly polling?: PollingHarness
  close(): Promise<void>
}

/** Cases by their sentence. */
export type ChannelTests = Readonly<Record<string, (harness: ChannelHarness) => Promise<void>>>

export function sampleId(harness: ChannelHarness, name: string): string {
  return harness.sampleId?.(name) ?? name
}
