import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Account, accountOf } from './account.js'
import { handleProviders } from './api/handle-api.js'
import { handleControl, isControlPath } from './control/routes.js'
import { type Created, closeWorld, createWorld, resetWorld } from './create-world.js'
import type { Emulator } from './emulator.js'
import { describeError, EmulatorError } from './errors.js'
import { MAX_UPLOAD_BYTES } from './graph/media-calls.js'
import { verifyMeta } from './graph/provider.js'
import { declineHistory, history } from './graph/webhooks/business-phone.js'
import { BodyTooLargeError, type Exchange, openExchange } from './http/exchange.js'
import { listen } from './http/listen.js'
import { handleModel, isModelPath } from './model/routes.js'
import type { EmulatorOptions } from './options.js'
import type { PersonRecord } from './people.js'
import { createPerson, type Person } from './person.js'
import { isPhonePath, phonePage } from './phone-page.js'
import { resolveStatuses, resolveWebhook } from './settings.js'
import type { World } from './world.js'

// Whapi and WAHA take files within JSON, in base64.
const UPLOADS = /\/media$|^\/messages\/|^\/api\/send/

/**
 * Starts WhatsApp's Graph API, if asked for Whapi, WAHA and an MCP server too, a model API and a phone on one local port.
 *
 * @example
 * await using emulator = await startEmulator({ webhook: 'http://127.0.0.1:3000/webhooks/meta' })
 * await emulator.person('Alex Rivera').text('Hello!')
 * const [reply] = await emulator.ledger.waitForSent(1)
 *
 * @throws EmulatorError (`invalid-option`) when an option is wrong or the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  let origin = ''
  const created = createWorld(options, () => origin)
  const { world } = created
  const { host, port } = world.settings
  const server = await listen(host, port, (request, response) => void serve(world, request, response))
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`

  async function close(): Promise<void> {
    closeWorld(world)
    await server.close()
  }
  return createEmulator(created, close)
}

async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const exchange = await openExchange(request, response, (method, url) =>
      method === 'POST' && UPLOADS.test(url.pathname) ? MAX_UPLOAD_BYTES : 4 * 1024 * 1024,
    )
    await dispatch(world, exchange)
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy()
    const tooLarge = error instanceof BodyTooLargeError
    response.writeHead(tooLarge ? 413 : 500, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify({ error: { message: describeError(error) } }))
  }
}

async function dispatch(world: World, exchange: Exchange): Promise<void> {
  const path = exchange.url.pathname
  if (isControlPath(path)) return handleControl(world, exchange)
  if (isModelPath(path)) return handleModel(world, exchange)
  if (exchange.method === 'GET' && isPhonePath(path))
    return void (await exchange.answer(await phonePage(path)))
  return handleProviders(world, exchange)
}

function createEmulator({ world, whapi, waha, mcp }: Created, close: () => Promise<void>): Emulator {
  const { settings, ledger, people, office } = world
  const actors = new WeakMap<PersonRecord, Person>()
  function actorOf(record: PersonRecord): Person {
    const actor = actors.get(record) ?? createPerson(world, record)
    actors.set(record, actor)
    return actor
  }
  const account = (via?: string): Account => accountOf(world.providers, via)
  const url = world.origin()
  const { accessToken, appSecret, verifyToken } = settings
  return {
    url,
    modelUrl: `${url}/v1`,
    groqUrl: url,
    phoneUrl: `${url}/phone`,
    account: { ...settings.numbers[0], accessToken, appSecret, verifyToken },
    get whapi() {
      return asked(whapi, 'whapi')
    },
    get waha() {
      return asked(waha, 'waha')
    },
    get mcp() {
      return asked(mcp, 'mcp')
    },
    person: selector => actorOf(selector === undefined ? firstPerson(world) : people.get(selector)),
    get people() {
      return people.all().map(actorOf)
    },
    addPerson: details => actorOf(people.add(details)),
    ledger: ledger.view,
    refusals: ledger.refusals,
    faults: world.faults.view,
    model: world.model.view,
    connect(webhook) {
      settings.webhook = resolveWebhook(webhook)
    },
    verifyWebhook: token => verifyMeta(world, token ?? verifyToken),
    echo: details => account(details.via).echo(details),
    history: details => history(world, details),
    declineHistory: () => declineHistory(world),
    deliver: (body, deliverOptions) => account(deliverOptions?.via).deliver(body, deliverOptions),
    async status(id, status, { code } = {}) {
      const sent = ledger.findSent(id)
      if (!sent) throw new EmulatorError('unknown-message', `No sent message has the id "${id}".`)
      return account(sent.phoneNumberId).report([sent], status, code)
    },
    configureStatuses(statuses) {
      settings.statuses = resolveStatuses(statuses)
    },
    webhooks: { attempts: office.attempts, settled: office.settled },
    message: world.chats.get,
    reset: () => resetWorld(world),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function asked<Provider>(account: Provider | undefined, name: string): Provider {
  if (account) return account
  throw new EmulatorError(
    'invalid-option',
    `This emulator does not play ${name}: startEmulator({ ${name}: {} }).`,
  )
}

function firstPerson(world: World): PersonRecord {
  const [first] = world.people.all()
  if (!first)
    throw new EmulatorError('unknown-person', 'There is nobody: add somebody with addPerson({ name }).')
  return first
}
