import { choiceAt, listAt, objectAt, textAt } from './check.js'
import { invalid, unusable } from './graph-error.js'
import { type ContentContext, checkMedia } from './media-object.js'

const SUB_TYPES = [
  'quick_reply',
  'url',
  'copy_code',
  'catalog',
  'flow',
  'mpm',
  'spm',
  'order_details',
  'voice_call',
  'request_contact_info',
]
const PARAMETERS = [
  'text',
  'currency',
  'date_time',
  'image',
  'video',
  'document',
  'location',
  'payload',
  'action',
  'coupon_code',
  'product',
  'ttl_minutes',
  'limited_time_offer',
  'order_status',
]

/** Checks a template message. Which templates exist is not known here: every name is accepted. */
export function checkTemplate(value: unknown, context: ContentContext): string {
  const template = objectAt(value, 'template', ['name', 'language', 'components', 'namespace'])
  const name = textAt(template, 'name', 'template', 512)
  if (!/^[a-z0-9_]+$/.test(name))
    throw invalid("Param template['name'] may only have lower case letters, digits and underscores.")
  const language = objectAt(template.language, "template['language']", ['code', 'policy'])
  const code = textAt(language, 'code', "template['language']", 20)
  if (!/^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(code)) throw unusable(`Language code "${code}" is not supported.`)
  const components =
    template.components === undefined
      ? []
      : listAt(template.components, "template['components']", { min: 0, max: 30 })
  const words = components.flatMap((component, position) =>
    checkComponent(component, `template['components'][${position}]`, context),
  )
  return words.length > 0 ? `${name}: ${words.join(', ')}` : name
}

function checkComponent(value: unknown, param: string, context: ContentContext): string[] {
  const component = objectAt(value, param, ['type', 'sub_type', 'index', 'parameters', 'cards'])
  const type = String(component.type ?? '').toLowerCase()
  choiceAt({ type }, 'type', param, [
    'header',
    'body',
    'button',
    'carousel',
    'limited_time_offer',
    'order_status',
  ])
  if (type === 'carousel') {
    listAt(component.cards, `${param}['cards']`, { min: 1, max: 10 })
    return []
  }
  if (type === 'button') {
    choiceAt({ sub_type: String(component.sub_type ?? '').toLowerCase() }, 'sub_type', param, SUB_TYPES)
    if (!/^\d$/.test(String(component.index ?? '')))
      throw invalid(`Param ${param}['index'] must be between 0 and 9.`)
  }
  const parameters = component.parameters ?? []
  return listAt(parameters, `${param}['parameters']`, { min: 0, max: 100 }).flatMap((parameter, place) => {
    const words = checkParameter(parameter, `${param}['parameters'][${place}]`, context)
    return type === 'body' && words !== undefined ? [words] : []
  })
}

function checkParameter(value: unknown, param: string, context: ContentContext): string | undefined {
  const parameter = objectAt(value, param, ['type', 'parameter_name', ...PARAMETERS])
  const type = choiceAt(parameter, 'type', param, PARAMETERS)
  if (type === 'text' || type === 'payload' || type === 'coupon_code')
    return textAt(parameter, type, param, 32_768)
  if (type === 'image' || type === 'video' || type === 'document')
    checkMedia(`${param}['${type}']`, ['id', 'link', 'caption', 'filename'], parameter[type], context)
  else if (parameter[type] === undefined)
    throw invalid(`Parameter '${type}' is mandatory for component parameter type '${type}'`)
  return undefined
}
