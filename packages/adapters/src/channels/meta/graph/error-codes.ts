import type { ChannelErrorScope } from '@switchboard/core'

/** What one of Meta's error codes means for a message that was about to be sent. */
export interface Refusal {
  readonly scope: ChannelErrorScope
  readonly retryable: boolean
  /** How long to wait when the answer does not say. */
  readonly retryAfterMs?: number
  /** What it is, and what to do. */
  readonly advice: string
}

const second = 1_000
const minute = 60 * second

/** Trying again does not help. */
function final(scope: ChannelErrorScope, advice: string): Refusal {
  return { scope, retryable: false, advice }
}

function later(scope: ChannelErrorScope, advice: string, retryAfterMs?: number): Refusal {
  return { scope, retryable: true, advice, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

const permission = final('auth', 'A permission is missing or was removed: grant it to the app and the token.')
const billing = final(
  'account',
  'The WhatsApp account has a billing problem: settle it in the WhatsApp Manager.',
)
const temporary = later('message', 'Meta has a temporary problem: try again later.')
const template = final('message', 'The template cannot be sent like this: compare it with the approved one.')

/**
 * By `error.code`, which decides; the HTTP status of many codes is not documented (Meta, "Error codes"). How long to
 * wait is this adapter's reading: throughput counts per second, the pair limit is one message in 6 s (Meta,
 * "Throughput"), maintenance takes about a minute, flows are throttled to ten messages an hour.
 */
const refusals = new Map<number, Refusal>([
  [0, final('auth', 'The access token is not usable: replace it.')],
  [1, temporary],
  [2, temporary],
  [3, permission],
  [4, later('account', 'The app reached its call limit: it is tried again later.', minute)],
  [10, permission],
  [33, final('account', 'The phone number id is wrong or was deleted: check phoneNumberId.')],
  [100, final('message', 'A parameter is invalid: correct the message.')],
  [190, final('auth', 'The access token expired or is invalid: replace it.')],
  [368, final('account', 'The account is blocked for a policy violation: see the WhatsApp Manager.')],
  [80007, later('account', 'The WhatsApp account reached its rate limit: it is tried again later.', minute)],
  [130429, later('account', 'The number reached its throughput: it is tried again at once.', second)],
  [
    130472,
    final('recipient', 'The person is part of an experiment of Meta: the message is withheld on purpose.'),
  ],
  [130497, final('recipient', "The account may not message people in this person's country.")],
  [131000, temporary],
  [131005, permission],
  [131008, final('message', 'A required parameter is missing: correct the message.')],
  [
    131009,
    final('message', 'A parameter has a wrong value, or the quoted message is unknown: correct the message.'),
  ],
  [131016, temporary],
  [131021, final('recipient', 'Sender and recipient are the same number.')],
  [
    131026,
    final('recipient', 'The person cannot get it: no WhatsApp, an old app, terms not accepted, or blocked.'),
  ],
  [
    131030,
    final(
      'recipient',
      'A test number sends to allowed numbers only: add the recipient in the App Dashboard.',
    ),
  ],
  [131031, final('account', 'The account is locked: see the WhatsApp Manager.')],
  [131037, final('account', 'The display name of the number needs approval first.')],
  [131042, billing],
  [131044, billing],
  [131045, final('account', 'The number is not registered for sending: register it.')],
  [
    131047,
    final('window', 'The 24-hour window is closed: send a template, or wait until the person writes.'),
  ],
  [
    131048,
    later('account', 'The number is limited because messages were blocked or reported as spam.', minute),
  ],
  [131049, final('recipient', 'Meta limits marketing to this person: wait at least 24 hours.')],
  [131050, final('recipient', 'The person stopped marketing messages.')],
  [131051, final('message', 'The message type is not supported.')],
  [131052, later('message', 'Meta could not fetch the media.')],
  [131053, final('message', 'Meta could not take the media: check its type and size.')],
  [131055, final('message', 'The method is not allowed.')],
  [131056, later('recipient', 'Too many messages to this person in a short time.', 6 * second)],
  [131057, later('account', 'The account is in maintenance.', minute)],
  [131060, final('message', 'The message is not available any more.')],
  [131062, final('recipient', 'This message cannot go to a BSUID: use the phone number.')],
  [131063, final('account', 'Marketing templates are disabled for this account on the Cloud API.')],
  [
    131064,
    final('account', 'The account is limited after templates were misclassified: see the WhatsApp Manager.'),
  ],
  [132000, template],
  [132001, final('message', 'The template does not exist in this language or is not approved yet.')],
  [132005, template],
  [132007, template],
  [132008, template],
  [132012, template],
  [132015, final('message', 'The template is paused for its quality: do not send it for now.')],
  [132016, final('message', 'The template is disabled for good.')],
  [132068, final('message', 'The flow is blocked.')],
  [132069, later('message', 'The flow is throttled to ten messages an hour.', 6 * minute)],
  [133004, temporary],
  [133010, final('account', 'The number is not registered: register it.')],
  [133016, final('account', 'The number was registered too often: registration is blocked for 72 hours.')],
  [
    135000,
    final('message', 'Something is wrong with the parameters: compare the message with the documentation.'),
  ],
  [137000, final('recipient', "The person's identity key changed: acknowledge the new one first.")],
])

export function refusalOfCode(code: number): Refusal | undefined {
  return refusals.get(code) ?? (code >= 200 && code <= 299 ? permission : undefined)
}

/** Not the Graph API speaks there: no message gets through, so all of them wait. */
export function refusalOfPage(status: number): Refusal | undefined {
  const isElsewhere = (status >= 300 && status < 400) || status === 404 || status === 405 || status === 410
  return isElsewhere ? final('account', 'The Graph API is not at this address: check graphUrl.') : undefined
}

/** For answers without a code that is known: the pages of a proxy, codes newer than the table. */
export function refusalOfStatus(status: number): Refusal {
  if (status === 401 || status === 403) return final('auth', 'Check the access token and its permissions.')
  if (status === 408) return later('message', 'The server waited too long for the request.')
  if (status === 429) return later('account', 'Too many requests.')
  if (status >= 500) return later('message', 'The server failed, and says that it took nothing.')
  return final('message', 'Check graphUrl, graphVersion and the message.')
}
