import type { Emulator, Person, SentMessage } from '@switchboard/emulator'
import type { Operator } from './operator.js'
import type { Transcript } from './transcript.js'

/** What every act plays with. */
export interface Stage {
  readonly emulator: Emulator
  readonly operator: Operator
  readonly transcript: Transcript
  /** How long the bot waits for more before it answers. */
  readonly quietMs: number
}

/** The longest that a reply may take before the scene counts it as lost. */
const patienceMs = 30_000

/** Three quick messages become one reply. */
export async function playBurst({ emulator, transcript }: Stage, person: Person): Promise<void> {
  transcript.title('A burst: three quick messages, one reply')
  for (const text of ['Hi!', 'Do you have blue tulips?', 'About twenty, for Saturday']) {
    await say(transcript, person, text)
  }
  const replies = await hear({ emulator, transcript }, person, 1)
  const words = ['tulips', 'Saturday'].every(word => replies[0]?.text?.includes(word))
  transcript.check('one reply, and only one', replies.length === 1, `${replies.length} replies`)
  if (isOffline(replies[0])) transcript.check('it knows the whole burst', words)
}

/** The provider delivers a webhook five times. */
export async function playDuplicate(stage: Stage, person: Person): Promise<void> {
  const { emulator, operator, transcript } = stage
  transcript.title('A duplicate: the same webhook, five times')
  const before = received(person).length
  emulator.faults.add({ kind: 'duplicate-webhook', copies: 5, concurrent: true })
  const { id, deliveries } = await say(transcript, person, 'Is the shop open on Monday?')
  transcript.note(`delivered ${deliveries.length} times`)
  const replies = await hear(stage, person, before + 1)
  const rows = (await operator.messages(phoneOf(person))).filter(({ providerId }) => providerId === id)
  transcript.check('one message in the store', rows.length === 1, `${rows.length} rows`)
  transcript.check('one reply', replies.length === before + 1, `${replies.length - before} replies`)
}

/** A message that reached the server a minute late is answered with a quote. */
export async function playStale(stage: Stage, person: Person): Promise<void> {
  const { transcript } = stage
  transcript.title('A stale message: written a minute ago, delivered now')
  const before = received(person).length
  const { id } = await say(transcript, person, 'Could you deliver to Elm Street?', {
    timestamp: new Date(Date.now() - 60_000),
  })
  const replies = await hear(stage, person, before + 1)
  transcript.check('the reply quotes it', replies.at(-1)?.quotedId === id)
}

/** A person takes over, speaks and hands back; the bot keeps silent in between. */
export async function playHandoff(stage: Stage, person: Person): Promise<void> {
  const { operator, transcript, quietMs } = stage
  transcript.title('A takeover and a handback')
  const phone = phoneOf(person)
  transcript.check('the operator takes over', (await operator.takeOver(phone)) === 200)
  const before = received(person).length
  await say(transcript, person, 'I would like to talk to a person')
  await sleep(2 * quietMs + 500)
  transcript.check('the bot keeps silent', received(person).length === before)
  transcript.check('the operator writes', (await operator.write(phone, 'Ana here, how can I help?')) === 200)
  show(transcript, 'Ana', received(person).slice(before))
  transcript.check('the customer has it', received(person).at(-1)?.text === 'Ana here, how can I help?')
  transcript.check('the operator hands back', (await operator.handBack(phone)) === 200)
  await say(transcript, person, 'Thank you! What did I say before?')
  const replies = await hear(stage, person, before + 2)
  transcript.check('the bot answers again, once', replies.length === before + 2)
  if (isOffline(replies.at(-1))) {
    transcript.check('and knows what Ana said', replies.at(-1)?.text?.includes('Ana here') ?? false)
  }
}

function say(transcript: Transcript, person: Person, text: string, options?: { readonly timestamp: Date }) {
  transcript.says(person.name, text)
  return person.text(text, options)
}

/** Waits for the person to have so many messages, and a little longer for one too many. */
async function hear(
  { emulator, transcript }: Pick<Stage, 'emulator' | 'transcript'>,
  person: Person,
  count: number,
): Promise<readonly SentMessage[]> {
  const known = received(person).length
  const enough = () => received(person).length >= count
  await emulator.ledger.waitForSent(enough, patienceMs).catch(() => undefined)
  show(transcript, 'Bot', received(person).slice(known))
  await sleep(500)
  return received(person)
}

function show(transcript: Transcript, who: string, messages: readonly SentMessage[]): void {
  for (const { text, quotedId } of messages) transcript.says(who, `${quotedId ? '⤷ ' : ''}${text}`)
}

function received(person: Person): readonly SentMessage[] {
  return person.received()
}

function phoneOf(person: Person): string {
  return `+${person.phone}`
}

/** What a real model says cannot be foretold; the built-in responder can be held to its words. */
function isOffline(message: SentMessage | undefined): boolean {
  return message?.text?.includes('✓') === true || message?.text?.includes('Of this conversation') === true
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
