import type { JsonObject } from '../json.js'
import { choiceAt, listAt, objectAt, textAt, uniqueBy, webUrl } from './check.js'
import { invalid } from './graph-error.js'
import { type ContentContext, checkMedia } from './media-object.js'

// Limits: Meta's OpenAPI file (v23.0), and its pages on interactive messages for the newer kinds.
const ACTIONS: Readonly<Record<string, (action: unknown) => void>> = {
  button: checkButtons,
  list: checkList,
  cta_url: checkUrlButton,
  location_request_message: action => checkNamed(action, 'send_location'),
  contact_request: action => checkNamed(action, 'request_contact_info'),
  call_permission_request: action => checkNamed(action, 'call_permission_request'),
  flow: checkFlow,
  product: checkProduct,
  product_list: checkProductList,
  catalog_message: checkCatalog,
}

const ACTION = "interactive['action']"

export function checkInteractive(value: unknown, context: ContentContext): string | undefined {
  const interactive = objectAt(value, 'interactive', ['type', 'header', 'body', 'footer', 'action'])
  const kind = choiceAt(interactive, 'type', 'interactive', Object.keys(ACTIONS))
  checkHeader(interactive.header, kind, context)
  const body = checkWords(interactive, 'body', kind === 'list' ? 4096 : 1024, kind !== 'product')
  checkWords(interactive, 'footer', 60, false)
  if (kind !== 'call_permission_request' || interactive.action !== undefined)
    ACTIONS[kind]?.(interactive.action)
  return body
}

function checkWords(
  interactive: JsonObject,
  part: string,
  max: number,
  required: boolean,
): string | undefined {
  if (interactive[part] === undefined && !required) return undefined
  const param = `interactive['${part}']`
  return textAt(objectAt(interactive[part], param, ['text']), 'text', param, max)
}

function checkHeader(value: unknown, kind: string, context: ContentContext): void {
  if (value === undefined) {
    if (kind === 'product_list')
      throw invalid("Param interactive['header'] is required for type product_list.")
    return
  }
  const param = "interactive['header']"
  const header = objectAt(value, param, ['type', 'text', 'sub_text', 'image', 'video', 'document'])
  const type = choiceAt(header, 'type', param, ['text', 'image', 'video', 'document'])
  if (kind === 'product') throw invalid(`Param ${param} cannot be set for type product.`)
  if (kind === 'list' && type !== 'text') throw invalid(`Param ${param}['type'] must be text for type list.`)
  if (type === 'text') textAt(header, 'text', param, 60)
  else checkMedia(`${param}['${type}']`, ['id', 'link', 'filename'], header[type], context)
}

function checkButtons(value: unknown): void {
  const action = objectAt(value, ACTION, ['buttons'])
  const buttons = listAt(action.buttons, `${ACTION}['buttons']`, { min: 1, max: 3 }).map((each, position) => {
    const param = `${ACTION}['buttons'][${position}]`
    const button = objectAt(each, param, ['type', 'reply'])
    choiceAt(button, 'type', param, ['reply'])
    const reply = objectAt(button.reply, `${param}['reply']`, ['id', 'title'])
    const id = textAt(reply, 'id', `${param}['reply']`, 256)
    return { id, title: textAt(reply, 'title', `${param}['reply']`, 20) }
  })
  for (const key of ['id', 'title'] as const)
    uniqueBy(
      buttons.map(each => each[key]),
      `${ACTION}['buttons']`,
    )
}

function checkList(value: unknown): void {
  const action = objectAt(value, ACTION, ['button', 'sections'])
  textAt(action, 'button', ACTION, 20)
  const sections = listAt(action.sections, `${ACTION}['sections']`, { min: 1, max: 10 })
  const ids = sections.flatMap((each, position) => {
    const param = `${ACTION}['sections'][${position}]`
    const section = objectAt(each, param, ['title', 'rows'])
    if (sections.length > 1 || section.title !== undefined) textAt(section, 'title', param, 24)
    return listAt(section.rows, `${param}['rows']`, { min: 1, max: 10 }).map((row, place) =>
      checkRow(row, `${param}['rows'][${place}]`),
    )
  })
  if (ids.length > 10)
    throw invalid(`Param ${ACTION}['sections'] must have at most 10 rows over all sections.`)
  uniqueBy(ids, `${ACTION}['sections']`)
}

function checkRow(value: unknown, param: string): string {
  const row = objectAt(value, param, ['id', 'title', 'description'])
  textAt(row, 'title', param, 24)
  if (row.description !== undefined) textAt(row, 'description', param, 72, 0)
  return textAt(row, 'id', param, 200)
}

function checkNamed(value: unknown, name: string): void {
  choiceAt(objectAt(value, ACTION, ['name']), 'name', ACTION, [name])
}

function checkUrlButton(value: unknown): void {
  const action = objectAt(value, ACTION, ['name', 'parameters'])
  choiceAt(action, 'name', ACTION, ['cta_url'])
  const param = `${ACTION}['parameters']`
  const parameters = objectAt(action.parameters, param, ['display_text', 'url'])
  textAt(parameters, 'display_text', param, 20)
  webUrl(textAt(parameters, 'url', param, 2000), `${param}['url']`)
}

const FLOW_KEYS = [
  'flow_message_version',
  'flow_id',
  'flow_name',
  'flow_cta',
  'mode',
  'flow_token',
  'flow_action',
  'flow_action_payload',
]

function checkFlow(value: unknown): void {
  const action = objectAt(value, ACTION, ['name', 'parameters'])
  choiceAt(action, 'name', ACTION, ['flow'])
  const param = `${ACTION}['parameters']`
  const parameters = objectAt(action.parameters, param, FLOW_KEYS)
  choiceAt(parameters, 'flow_message_version', param, ['3'])
  textAt(parameters, 'flow_cta', param, 30)
  if ((parameters.flow_id === undefined) === (parameters.flow_name === undefined))
    throw invalid(`Param ${param} must have either ['flow_id'] or ['flow_name'].`)
  if (parameters.flow_action !== undefined)
    choiceAt(parameters, 'flow_action', param, ['navigate', 'data_exchange'])
  if (parameters.mode !== undefined) choiceAt(parameters, 'mode', param, ['draft', 'published'])
}

function checkProduct(value: unknown): void {
  const action = objectAt(value, ACTION, ['catalog_id', 'product_retailer_id'])
  textAt(action, 'catalog_id', ACTION, 128)
  textAt(action, 'product_retailer_id', ACTION, 256)
}

function checkProductList(value: unknown): void {
  const action = objectAt(value, ACTION, ['catalog_id', 'sections'])
  textAt(action, 'catalog_id', ACTION, 128)
  for (const [position, each] of listAt(action.sections, `${ACTION}['sections']`, {
    min: 1,
    max: 10,
  }).entries()) {
    const param = `${ACTION}['sections'][${position}]`
    const section = objectAt(each, param, ['title', 'product_items'])
    for (const [place, item] of listAt(section.product_items, `${param}['product_items']`, {
      min: 1,
      max: 30,
    }).entries())
      textAt(
        objectAt(item, `${param}['product_items'][${place}]`, ['product_retailer_id']),
        'product_retailer_id',
        param,
        256,
      )
  }
}

function checkCatalog(value: unknown): void {
  const action = objectAt(value, ACTION, ['name', 'parameters'])
  choiceAt(action, 'name', ACTION, ['catalog_message'])
  if (action.parameters !== undefined)
    objectAt(action.parameters, `${ACTION}['parameters']`, ['thumbnail_product_retailer_id'])
}
