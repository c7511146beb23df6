import { accountOf } from '../account.js'
import type { Reply } from '../http/exchange.js'
import { asString, isObject, type JsonObject } from '../json.js'
import type { ModelAnswer } from '../model/answer.js'
import type { StatusOptions } from '../options.js'
import { resolveStatuses } from '../settings.js'
import type { Signature } from '../webhooks/redeliver.js'
import type { World } from '../world.js'
import { ControlError } from './control-error.js'
import type { ControlRequest } from './route-table.js'
import { settingsView } from './views.js'

const SIGNATURES: readonly Signature[] = ['valid', 'bad', 'none', 'legacy-only']

export function queueAnswers(world: World, { json }: ControlRequest): Reply {
  const { answers } = json()
  if (!Array.isArray(answers) || !answers.every(each => typeof each === 'string' || isObject(each)))
    throw new ControlError(400, '"answers" must be a list of texts or answer objects.')
  world.model.view.queue(...(answers as ModelAnswer[]))
  return { status: 201, body: { queued: answers.length } }
}

export async function deliverAny(world: World, { json }: ControlRequest): Promise<Reply> {
  const { body, signature = 'valid', via } = json()
  const known = SIGNATURES.find(each => each === signature)
  if (!known) throw new ControlError(400, `"signature" must be one of ${SIGNATURES.join(', ')}.`)
  const account = accountOf(world.providers, asString(via))
  return { status: 200, body: await account.deliver(body, { signature: known }) }
}

export function patchSettings(world: World, { json }: ControlRequest): Reply {
  const { webhook, statuses, via } = json()
  if (webhook !== undefined) accountOf(world.providers, asString(via)).connect(String(webhook))
  if (statuses !== undefined) world.settings.statuses = resolveStatuses(readStatuses(statuses))
  world.events.append('settings', settingsView(world))
  return { status: 200, body: settingsView(world) }
}

function readStatuses(value: unknown): StatusOptions | false {
  if (value === false) return false
  if (!isObject(value)) throw new ControlError(400, '"statuses" must be false or an object.')
  checkTimes(value)
  return value as StatusOptions
}

function checkTimes(value: JsonObject): void {
  for (const key of ['sentMs', 'deliveredMs', 'readMs'])
    if (value[key] !== undefined && !(Number(value[key]) >= 0))
      throw new ControlError(400, `"${key}" must be a time in ms.`)
  if (value.order !== undefined && value.order !== 'forward' && value.order !== 'reversed')
    throw new ControlError(400, '"order" must be forward or reversed.')
}
