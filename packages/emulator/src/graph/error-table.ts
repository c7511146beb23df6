/**
 * Meta's error codes: HTTP status, title, and the details that usually come along (Meta, "Error codes"; the status
 * of some codes is not documented, so clients should decide by code).
 */
export interface ErrorFacts {
  readonly status: number
  readonly title: string
  readonly details?: string
}

const CODES: Readonly<Record<number, readonly [status: number, title: string, details?: string]>> = {
  0: [401, 'AuthException', 'We were unable to authenticate the app user.'],
  1: [400, 'API Unknown', 'Invalid request or possible server error.'],
  2: [503, 'API Service', 'Temporary due to downtime or due to being overloaded.'],
  3: [500, 'API Method', 'Capability or permissions issue.'],
  4: [429, 'Application request limit reached', 'The app has reached its API call rate limit.'],
  10: [403, 'Permission Denied', 'Permission is either not granted or has been removed.'],
  33: [400, 'Parameter value is not valid', 'The business phone number has been deleted.'],
  100: [400, 'Invalid parameter'],
  190: [401, 'Invalid OAuth access token - Cannot parse access token'],
  200: [403, 'API Permission', 'Permission is either not granted or has been removed.'],
  368: [403, 'Temporarily blocked for policies violations'],
  80007: [429, 'Rate limit issues', 'The WhatsApp Business Account has reached its rate limit.'],
  130429: [429, 'Rate limit hit', 'Cloud API message throughput has been reached.'],
  130472: [400, "User's number is part of an experiment"],
  130497: [403, 'Business account is restricted from messaging users in this country'],
  131000: [500, 'Something went wrong', 'Message failed to send due to an unknown error.'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [503, 'Service unavailable', 'A service is temporarily unavailable.'],
  131021: [400, 'Recipient cannot be sender', 'Sender and recipient phone number is the same.'],
  131026: [400, 'Message undeliverable', 'Message Undeliverable.'],
  131030: [400, 'Recipient phone number not in allowed list'],
  131031: [403, 'Account has been locked'],
  131037: [400, 'Display name approval needed'],
  131042: [400, 'Business eligibility payment issue'],
  131044: [400, 'Business billing issue'],
  131045: [400, 'Incorrect certificate'],
  131047: [
    400,
    'Re-engagement message',
    'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
  ],
  131048: [
    429,
    'Spam rate limit hit',
    'There are restrictions on how many messages can be sent from this phone number.',
  ],
  131049: [400, 'Message was not delivered to maintain healthy ecosystem engagement'],
  131050: [400, 'User has stopped marketing messages'],
  131051: [400, 'Unsupported message type'],
  131052: [400, 'Media download error'],
  131053: [400, 'Media upload error'],
  131055: [400, 'Method not allowed'],
  131056: [
    429,
    '(Business Account, Consumer Account) pair rate limit hit',
    'Too many messages sent from this phone number to the same phone number in a short period of time.',
  ],
  131057: [503, 'Account in maintenance mode'],
  131060: [400, 'This message is unavailable'],
  131062: [400, 'Business-scoped User ID (BSUID) recipients are not supported for this message.'],
  131063: [400, 'Marketing templates are disabled for Cloud API'],
  131064: [400, 'Messaging limit after template misclassification'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Template format character policy violated'],
  132008: [400, 'Template syntax problem'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused'],
  132016: [400, 'Template is disabled'],
  132068: [400, 'Flow is in blocked state'],
  132069: [400, 'Flow is in throttled state'],
  133004: [503, 'Server temporarily unavailable'],
  133010: [400, 'Phone number not registered'],
  133016: [400, 'Account register deregister rate limit exceeded'],
  135000: [400, 'Generic user error'],
  137000: [400, 'Recipient identity key hash mismatch'],
}

/** What is known of a code; an unknown one is a 400. */
export function factsOf(code: number): ErrorFacts {
  const [status, title, details] = CODES[code] ?? [400, 'Emulated error']
  return details === undefined ? { status, title } : { status, title, details }
}
