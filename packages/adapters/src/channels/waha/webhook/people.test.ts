import { describe, expect, test } from 'vitest'
import { chat, eventOf, group, lid, me, message, own, phone } from './samples.test.support.js'

const phoneIdentity = { kind: 'phone', value: `+${phone}` }
const lidIdentity = { kind: 'lid', value: lid }

describe('a direct chat', () => {
  test.each<[what: string, fields: Record<string, unknown>, identities: object[]]>([
    ['a phone', {}, [phoneIdentity]],
    ['a device is no part of a person', { id: `false_${phone}:12@c.us_3A1` }, [phoneIdentity]],
    ['a bare id: from', { id: '3A2' }, [phoneIdentity]],
    [
      'GOWS, hidden',
      { id: `false_${lid}_3A3`, from: lid, _data: { Info: { SenderAlt: `${phone}:0@s.whatsapp.net` } } },
      [lidIdentity, phoneIdentity],
    ],
    [
      'NOWEB, hidden',
      { id: `false_${lid}_3A4`, from: lid, _data: { key: { remoteJidAlt: `${phone}@s.whatsapp.net` } } },
      [lidIdentity, phoneIdentity],
    ],
    ['GOWS, the other way round', { _data: { Info: { SenderAlt: lid } } }, [phoneIdentity, lidIdentity]],
    [
      'hidden and nothing else',
      { id: `false_${lid}_3A5`, from: lid, _data: { Info: { SenderAlt: '' } } },
      [lidIdentity],
    ],
    ['our own address is not theirs', { _data: { Info: { SenderAlt: me.lid } } }, [phoneIdentity]],
  ])('%s', (_what, fields, identities) => {
    const event = eventOf('message', message(fields))
    expect(event).toMatchObject({ author: 'customer', chat: { kind: 'direct', person: { identities } } })
    expect(event).toHaveProperty('chat.person.identities', identities)
  })

  test.each([{ Info: { PushName: 'Mara' } }, { pushName: 'Mara' }, { notifyName: 'Mara' }])(
    'the name: %j',
    _data => {
      expect(eventOf('message', message({ _data }))).toMatchObject({ chat: { person: { name: 'Mara' } } })
    },
  )
})

describe('what somebody writes on the phone is the operator, in the chat of the person', () => {
  test.each<[engine: string, fields: Record<string, unknown>]>([
    ['WEBJS: from us, to the chat', { from: me.id, to: chat }],
    ['NOWEB and GOWS: from the chat, to nobody', { from: chat, to: null }],
    ['GOWS: to ourselves', { from: chat, to: me.lid }],
    ['without an id in full: WEBJS', { id: '3EOWN', from: me.id, to: chat }],
    ['without an id in full: GOWS', { id: '3EOWN', from: chat, to: me.lid }],
    ['our name is not theirs', { _data: { Info: { PushName: 'Tea House', SenderAlt: me.lid } } }],
  ])('%s', (_engine, fields) => {
    const event = eventOf('message.any', own(fields))
    expect(event).toMatchObject({ type: 'message', author: 'operator' })
    expect(event).toHaveProperty('chat', { kind: 'direct', person: { identities: [phoneIdentity] } })
    expect(event).not.toHaveProperty('sender')
  })

  test('with both addresses of the person', () => {
    const _data = { Info: { SenderAlt: me.id, RecipientAlt: `${phone}@s.whatsapp.net` } }
    expect(eventOf('message.any', own({ id: `true_${lid}_3EOWN`, from: lid, _data }))).toMatchObject({
      chat: { person: { identities: [lidIdentity, phoneIdentity] } },
    })
  })
})

describe('a group', () => {
  const member = { participant: lid, from: group, id: `false_${group}_3AGROUP_${lid}` }

  test('has a sender, with both addresses', () => {
    for (const _data of [
      { Info: { PushName: 'Mara', Sender: lid, SenderAlt: `${phone}@s.whatsapp.net` } },
      { pushName: 'Mara', key: { participantAlt: `${phone}@s.whatsapp.net`, remoteJidAlt: '' } },
    ]) {
      expect(eventOf('message', message({ ...member, _data }))).toMatchObject({
        providerId: '3AGROUP',
        author: 'customer',
        chat: { kind: 'group', id: group },
        sender: { name: 'Mara', identities: [lidIdentity, phoneIdentity] },
      })
    }
  })

  test('has a sender in the id, or as author', () => {
    expect(eventOf('message', message({ ...member, participant: null }))).toMatchObject({
      sender: { identities: [lidIdentity] },
    })
    const bare = { id: '3AGROUP', from: group, participant: null, author: chat }
    expect(eventOf('message', message(bare))).toMatchObject({ sender: { identities: [phoneIdentity] } })
  })

  test.each([
    ['GOWS: to ourselves', { fromMe: true, to: me.lid, participant: me.lid }],
    ['NOWEB: to the group', { fromMe: true, to: group, participant: me.lid }],
    ['WEBJS: from us to the group', { fromMe: true, from: me.id, to: group, participant: me.id }],
    ['NOWEB: as if it were not ours', { fromMe: false, to: group, participant: me.lid }],
    ['NOWEB: the same, by phone and device', { fromMe: false, participant: me.jid }],
  ])('knows our own phone, %s', (_what, fields) => {
    const id = `${fields.fromMe}_${group}_3EGROUP_${fields.participant}`
    const event = eventOf('message.any', message({ ...member, id, ...fields }))
    expect(event).toMatchObject({ author: 'operator', chat: { kind: 'group', id: group } })
    expect(event).not.toHaveProperty('sender')
  })

  test('before WAHA knows who we are', () => {
    expect(eventOf('message', message(member), { me: null })).toMatchObject({ author: 'customer' })
  })
})
