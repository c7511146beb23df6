import type { OutboundButtons, OutboundHeader, OutboundLink, OutboundList } from '@switchboard/core'
import { refused } from '../../../http/index.js'

/**
 * Buttons, a list or a link. Whapi calls them unstable: WhatsApp may show them as nothing but their words, or not at all,
 * so what matters should also be answerable in words.
 */
export function interactiveBody(content: OutboundButtons | OutboundList | OutboundLink): object {
  const { text, header, footer } = content
  return {
    type: content.type === 'list' ? 'list' : 'button',
    ...(typeof header === 'string' ? { header: { text: header } } : header && pictureOf(header)),
    body: { text },
    ...(footer !== undefined && { footer: { text: footer } }),
    action: actionOf(content),
  }
}

/** Whapi takes what it takes for images and videos (its OpenAPI file, `SenderInteractive`). */
function pictureOf({ type, media }: OutboundHeader): object {
  if (type === 'document') {
    throw refused(
      'Whapi has no documents above buttons: send an image, or the document before them.',
      'message',
    )
  }
  const file = media.id ?? media.url
  if (file === undefined) throw refused('The file of the header has neither an id nor a url.', 'message')
  return { media: file, mime_type: media.mimeType }
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
