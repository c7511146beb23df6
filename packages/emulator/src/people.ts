import { EmulatorError } from './errors.js'
import type { EventLog } from './event-log.js'
import type { Ids } from './ids.js'

/** What is known of somebody who can write to the business. */
export interface PersonDetails {
  readonly name: string
  /** `+15550001234`. `null`: WhatsApp shows the business no phone number. Default: a fictional one. */
  readonly phone?: string | null
  /** Business-scoped user id (BSUID). `null`: none in webhooks, as before 2026. Default: a fictional one. */
  readonly userId?: string | null
  /** Digits of the hidden id that WhatsApp Web knows people by, `{digits}@lid`. Default: fictional ones. */
  readonly lid?: string
  /** Parent BSUID, only there for enrolled portfolios. */
  readonly parentUserId?: string
  /** `@alexr`. */
  readonly username?: string
}

/** A person as kept: absent members are not shown to the business. `phone` is digits, as in `wa_id`. */
export interface PersonRecord {
  /** Stable name in URLs of the control API, such as `alex-rivera`. */
  readonly key: string
  name: string
  /** Digits. */
  lid: string
  phone?: string
  userId?: string
  parentUserId?: string
  username?: string
  /** When they last wrote, milliseconds; opens the 24-hour window. */
  lastWroteAt?: number
}

export interface People {
  all(): readonly PersonRecord[]
  add(details: PersonDetails): PersonRecord
  change(person: PersonRecord, details: Partial<PersonDetails>): void
  /** By key, name, phone (with or without `+`), BSUID or LID. */
  find(selector: string): PersonRecord | undefined
  /** As `find`, but throws and lists who there is. */
  get(selector: string): PersonRecord
  reset(): void
}

const DEFAULT_PEOPLE: readonly PersonDetails[] = [
  { name: 'Alex Rivera', phone: '+15550001234', userId: 'US.90210000000000000017', lid: '100000000000017' },
  { name: 'Bo Chen', phone: '+15550005678', userId: 'US.90210000000000000023', lid: '100000000000023' },
  {
    name: 'Robin Sato',
    phone: null,
    userId: 'US.90210000000000000031',
    lid: '100000000000031',
    username: '@robin.sato',
  },
]

export function createPeople(ids: Ids, events: EventLog, initial = DEFAULT_PEOPLE): People {
  let people: PersonRecord[] = []
  const index = new Map<string, PersonRecord>()

  function register(person: PersonRecord): void {
    for (const name of [
      person.key,
      person.name,
      person.phone,
      person.userId,
      person.parentUserId,
      person.lid,
    ])
      if (name !== undefined && !index.has(name)) index.set(name, person)
  }

  function find(selector: string): PersonRecord | undefined {
    return index.get(selector) ?? index.get(selector.replace(/[^\dA-Za-z.]/g, ''))
  }

  function add(details: PersonDetails): PersonRecord {
    const lid = details.lid ?? ids.lid()
    const person: PersonRecord = { key: freeKey(details.name, index), name: details.name, lid }
    assign(person, {
      ...details,
      phone: defaulted(details.phone, ids.phone),
      userId: defaulted(details.userId, ids.user),
    })
    people.push(person)
    register(person)
    events.append('person', { ...person })
    return person
  }

  function start(): void {
    people = []
    index.clear()
    for (const details of initial) add(details)
  }

  start()
  return {
    all: () => people,
    add,
    change(person, details) {
      assign(person, details)
      register(person)
      events.append('person', { ...person })
    },
    find,
    get(selector) {
      const person = find(selector)
      if (person) return person
      const names = people.slice(0, 20).map(each => `${each.name} (${each.phone ?? each.userId})`)
      throw new EmulatorError(
        'unknown-person',
        `Nobody is called "${selector}". There are ${names.join(', ')}; add others with addPerson().`,
      )
    },
    reset: start,
  }
}

function defaulted(value: string | null | undefined, generate: () => string): string | null {
  return value === undefined ? generate() : value
}

function assign(person: PersonRecord, details: Partial<PersonDetails>): void {
  if (details.name !== undefined) person.name = details.name
  if (details.lid !== undefined) person.lid = details.lid
  if (details.phone === null) delete person.phone
  else if (details.phone !== undefined) person.phone = details.phone.replace(/\D/g, '')
  if (details.userId === null) delete person.userId
  else if (details.userId !== undefined) person.userId = details.userId
  if (details.parentUserId !== undefined) person.parentUserId = details.parentUserId
  if (details.username !== undefined) person.username = details.username
}

function freeKey(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'person'
  let key = plain
  for (let count = 2; taken.has(key); count += 1) key = `${plain}-${count}`
  return key
}
