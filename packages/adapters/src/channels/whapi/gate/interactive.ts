import type { OutboundButtons, OutboundLink, OutboundList } from '@switchboard/core'

/**
 * Buttons, a list or a link. Whapi calls them unstable: WhatsApp may show them as nothing but their words, or not at all,
 * so what matters should also be answerable in words.
 */
export function interactiveBody(content: OutboundButtons | OutboundList | OutboundLink): object {
  const { text, header, footer } = content
  return {
    type: content.type === 'list' ? 'list' : 'button',
    ...(header !== undefined && { header: { text: header } }),
    body: { text },
    ...(footer !== undefined && { footer: { text: footer } }),
    action: actionOf(content),
  }
}

function actionOf(content: OutboundButtons | OutboundList | OutboundLink): object {
  switch (content.type) {
    case 'buttons':
      return { buttons: content.buttons.map(({ id, title }) => ({ type: 'quick_reply', title, id })) }
    case 'list':
      return { list: { sections: content.sections, label: content.button } }
    case 'link':
      return { buttons: [{ type: 'url', title: content.label, id: 'link', url: content.url }] }
  }
}
