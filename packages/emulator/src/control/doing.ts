import { accountOf } from '../account.js'
import { resetWorld } from '../create-world.js'
import type { Reply } from '../http/exchange.js'
import { asString, compact, isObject, type JsonObject } from '../json.js'
import type { PersonDetails, PersonRecord } from '../people.js'
import { createPerson, type Person } from '../person.js'
import type { Said, SayOptions } from '../saying.js'
import type { World } from '../world.js'
import { ControlError } from './control-error.js'
import type { ControlRequest } from './route-table.js'

export function addPerson(world: World, { json }: ControlRequest): Reply {
  const body = json()
  const name = requiredText(body, 'name')
  return { status: 201, body: { person: { ...world.people.add({ ...personDetails(body), name }) } } }
}

export function changePerson(world: World, { names, json }: ControlRequest): Reply {
  const person = recordOf(world, names.key)
  world.people.change(person, personDetails(json()))
  return { status: 200, body: { person: { ...person } } }
}

export function sendMessage(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const options = sayOptions(request, body)
  const { message } = body
  if (message !== undefined) {
    const type = isObject(message) ? asString(message.type) : undefined
    if (!isObject(message) || type === undefined)
      throw new ControlError(400, 'message must be { type, [type]: … }.')
    return saying(request, personOf(world, request).message({ ...message, type }, options))
  }
  return saying(request, personOf(world, request).text(requiredText(body, 'text'), options))
}

const KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const

export function sendMedia(world: World, request: ControlRequest): Promise<Reply> {
  const { exchange, query } = request
  const person = personOf(world, request)
  const wanted = query.get('kind')
  const kind = wanted === 'voice' ? 'voiceNote' : KINDS.find(each => each === wanted)
  if (!kind) throw new ControlError(400, `kind must be one of ${[...KINDS, 'voice'].join(', ')}.`)
  if (exchange.body.length === 0) throw new ControlError(400, 'The body must be the bytes of the file.')
  const text = (name: string): string | undefined => query.get(name) ?? undefined
  const options = compact({
    ...sayOptions(request, { quote: text('quote'), group: text('group'), via: text('via') }),
    caption: text('caption'),
    filename: text('filename'),
    mimeType: exchange.headers['content-type'],
  })
  return saying(request, person[kind](exchange.body, options))
}

export function react(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const emoji = asString(body.emoji) ?? ''
  const work = personOf(world, request).react(
    requiredText(body, 'messageId'),
    emoji,
    sayOptions(request, body),
  )
  return saying(request, work)
}

export function edit(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const [id, text] = [requiredText(body, 'messageId'), requiredText(body, 'text')]
  return saying(request, personOf(world, request).edit(id, text, sayOptions(request, body)))
}

export function revoke(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const id = requiredText(body, 'messageId')
  return saying(request, personOf(world, request).revoke(id, sayOptions(request, body)))
}

export function vote(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const { options } = body
  if (!Array.isArray(options) || !options.every(each => typeof each === 'string'))
    throw new ControlError(400, '"options" must be a list of texts.')
  const id = requiredText(body, 'messageId')
  return saying(request, personOf(world, request).vote(id, options, sayOptions(request, body)))
}

export async function read(world: World, request: ControlRequest): Promise<Reply> {
  const { group, via } = request.json()
  const work = personOf(world, request).read(compact({ group: asString(group), via: asString(via) }))
  if (request.query.get('wait') === 'true') return { status: 200, body: (await work) ?? {} }
  return { status: 202, body: {} }
}

export function sendEcho(world: World, request: ControlRequest): Promise<Reply> {
  const body = request.json()
  const details = {
    to: requiredText(body, 'to'),
    text: requiredText(body, 'text'),
    ...sayOptions(request, body),
  }
  return saying(request, accountOf(world.providers, details.via).echo(details))
}

export function reset(world: World): Reply {
  resetWorld(world)
  return { status: 200, body: {} }
}

async function saying(request: ControlRequest, work: Promise<Said>): Promise<Reply> {
  const said = await work
  return request.query.get('wait') === 'true'
    ? { status: 200, body: said }
    : { status: 202, body: { id: said.id } }
}

function sayOptions(
  { query }: ControlRequest,
  body: JsonObject,
): Pick<SayOptions, 'quote' | 'group' | 'via' | 'wait'> {
  const wait = query.get('wait') === 'true'
  return compact({ wait, quote: asString(body.quote), group: asString(body.group), via: asString(body.via) })
}

function personOf(world: World, { names }: ControlRequest): Person {
  return createPerson(world, recordOf(world, names.key))
}

function recordOf(world: World, key = ''): PersonRecord {
  return world.people.get(key)
}

function personDetails(body: JsonObject): Partial<PersonDetails> {
  const nullable = (value: unknown): string | null | undefined => (value === null ? null : asString(value))
  return compact({
    name: asString(body.name),
    phone: nullable(body.phone),
    userId: nullable(body.userId),
    username: asString(body.username),
  })
}

function requiredText(body: JsonObject, name: string): string {
  const value = asString(body[name])
  if (value === undefined || value === '') throw new ControlError(400, `"${name}" must be a text.`)
  return value
}
