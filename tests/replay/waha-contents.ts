import type { OutboundContent } from '@switchboard/core'

const url = 'https://cdn.example/file'
const data = 'data:;base64,JVBERi0='

/** Every kind of content that WAHA can send, with all that it can have. */
export const contents: Readonly<Record<string, OutboundContent>> = {
  text: { type: 'text', text: 'Hello', linkPreview: true },
  image: { type: 'image', media: { url }, caption: 'Look' },
  video: { type: 'video', media: { url }, caption: 'Clip' },
  voice: { type: 'voice', media: { url } },
  'voice as bytes': { type: 'voice', media: { url: data } },
  audio: { type: 'audio', media: { url } },
  document: { type: 'document', media: { url: data, filename: 'a.pdf' }, caption: 'Invoice' },
  location: { type: 'location', latitude: 37.44, longitude: -122.16 },
  'a contact': { type: 'contacts', contacts: [{ name: 'Dana Fox', phones: ['+15550007777'] }] },
  'a contact with more': {
    type: 'contacts',
    contacts: [
      { phones: ['+15550007777', '+15550007778'], emails: ['dana@example.com'], organisation: 'Fox' },
    ],
  },
  'a poll': { type: 'poll', question: 'When?', options: ['Monday', 'Tuesday'] },
  'a reaction': { type: 'reaction', targetId: '3EB0TARGET', emoji: '👍' },
  'a reaction taken back': { type: 'reaction', targetId: '3EB0TARGET' },
  buttons: { type: 'buttons', text: 'Sure?', buttons: [{ id: 'yes', title: 'Yes' }] },
  'a list': {
    type: 'list',
    text: 'Choose',
    footer: 'Tea House',
    button: 'Menu',
    sections: [{ title: 'Tea', rows: [{ id: 'g', title: 'Green' }] }],
  },
}
