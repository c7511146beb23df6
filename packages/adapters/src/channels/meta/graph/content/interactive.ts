import type {
  OutboundButtons,
  OutboundFlow,
  OutboundHeader,
  OutboundLink,
  OutboundList,
  OutboundRequest,
} from '@switchboard/core'
import { asFields, type Fields } from '../../../../values.js'
import { checkUnique, readItems, readOptionalText, readText, readWebUrl, wrong } from './limits.js'
import { headerPart } from './media.js'

// Limits: Meta's OpenAPI file (v23.0) and "Interactive list messages", which allows a list the longer text.
const longestText = 1024
const longestListText = 4096
const longestHeader = 60
const longestFooter = 60
const longestTitle = 20

export function buttonsPart(content: OutboundButtons): object {
  const buttons = readItems(content.buttons, 'buttons', 3).map(({ id, title }, index) => ({
    id: readText(id, `buttons[${index}].id`, 256),
    title: readText(title, `buttons[${index}].title`, longestTitle),
  }))
  checkUnique(
    buttons.map(({ id }) => id),
    'the ids of buttons',
  )
  checkUnique(
    buttons.map(({ title }) => title),
    'the titles of buttons',
  )
  const action = { buttons: buttons.map(reply => ({ type: 'reply', reply })) }
  return interactive('button', content, action)
}

const mostRows = 10

export function listPart(content: OutboundList): object {
  const button = readText(content.button, 'button', longestTitle)
  const given = readItems(content.sections, 'sections', 10)
  const sections = given.map((section, index) => sectionOf(section, `sections[${index}]`, given.length > 1))
  const ids = sections.flatMap(({ rows }) => rows.map(({ id }) => id))
  if (ids.length > mostRows) {
    throw wrong(`sections have ${ids.length} rows together, and at most ${mostRows} may be.`)
  }
  checkUnique(ids, 'the ids of rows')
  return interactive('list', content, { button, sections }, longestListText)
}

function sectionOf(section: Fields, field: string, needsTitle: boolean) {
  const readTitle = needsTitle ? readText : readOptionalText
  const title = readTitle(section.title, `${field}.title`, 24)
  const rows = readItems(section.rows, `${field}.rows`, mostRows).map((row, index) =>
    rowOf(row, `${field}.rows[${index}]`),
  )
  return { ...(title !== undefined && { title }), rows }
}

function rowOf(row: Fields, field: string) {
  const description = readOptionalText(row.description, `${field}.description`, 72)
  return {
    id: readText(row.id, `${field}.id`, 200),
    title: readText(row.title, `${field}.title`, 24),
    ...(description !== undefined && { description }),
  }
}

export function linkPart(content: OutboundLink): object {
  const display_text = readText(content.label, 'label', longestTitle)
  const parameters = { display_text, url: readWebUrl(content.url, 'url') }
  return interactive('cta_url', content, { name: 'cta_url', parameters })
}

/** Without a `screen` the Flow's own server says which one opens (Meta, "Sending a Flow"). */
export function flowPart(content: OutboundFlow): object {
  const { token, draft } = content
  const screen = readOptionalText(content.screen, 'screen')
  const data = asFields(content.data)
  if (data && screen === undefined) throw wrong('data has no screen to go to: name the screen.')
  const filled = data && Object.keys(data).length > 0 ? { data } : {}
  const parameters = {
    flow_message_version: '3',
    flow_id: readText(content.flowId, 'flowId'),
    ...(token !== undefined && { flow_token: readText(token, 'token') }),
    flow_cta: readText(content.button, 'button', 30),
    ...(draft === true && { mode: 'draft' }),
    flow_action: screen === undefined ? 'data_exchange' : 'navigate',
    ...(screen !== undefined && { flow_action_payload: { screen, ...filled } }),
  }
  return interactive('flow', content, { name: 'flow', parameters })
}

export function requestPart(content: OutboundRequest): object {
  return content.type === 'location_request'
    ? interactive('location_request_message', content, { name: 'send_location' })
    : interactive('contact_request', content, { name: 'request_contact_info' })
}

/** What a person reads, around what they can tap. */
interface Words {
  readonly text: string
  readonly header?: string | OutboundHeader
  readonly footer?: string
}

function interactive(type: string, words: Words, action: object, most = longestText): object {
  const header = headerOf(words.header, type)
  const footer = readOptionalText(words.footer, 'footer', longestFooter)
  const parts = {
    ...(header && { header }),
    body: { text: readText(words.text, 'text', most) },
    ...(footer !== undefined && { footer: { text: footer } }),
  }
  return { type: 'interactive', interactive: { type, ...parts, action } }
}

/** Above a list Meta takes words only (Meta, OpenAPI file v23.0, `HeaderObject`, and "Interactive list messages"). */
function headerOf(header: string | OutboundHeader | undefined, type: string): object | undefined {
  if (asFields(header)) {
    if (type === 'list') throw wrong('header of a list is a file: it can be a text only.')
    return headerPart(header as OutboundHeader)
  }
  const text = readOptionalText(header, 'header', longestHeader)
  return text === undefined ? undefined : { type: 'text', text }
}
