import type { InboundMessage } from '@switchboard/core'
import { describe, expect, test } from 'vitest'
import { json, startServer } from '../../http/local-server.test.support.js'
import { wahaChannel } from './index.js'
import {
  channelOptions,
  chat,
  eventOf,
  group,
  lid,
  me,
  message,
  phone,
  post,
  webhook,
} from './webhook/samples.test.support.js'

const ourPhone = { kind: 'phone', value: '+493055500100' }
const ourLid = { kind: 'lid', value: me.lid }

describe('our own addresses', () => {
  function open() {
    const channel = wahaChannel(channelOptions)
    const read = (fields: Record<string, unknown>, event = 'message.any') =>
      channel.receive(post(webhook(event, message(), fields)))
    return { read, self: (account = 'default') => channel.self(account) }
  }

  test('are those of `me`, which every webhook carries', async () => {
    const { read, self } = open()
    expect(self()).toEqual([])
    await read({})
    await read({})
    expect(self()).toEqual([ourPhone, ourLid])
  })

  test('are known from the news that the session works', async () => {
    const { read, self } = open()
    await read({ me: { id: '493055500100:7@s.whatsapp.net' } }, 'session.status')
    expect(self()).toEqual([ourPhone])
    await read({ me: { lid: me.lid.replace('@', ':7@') } }, 'session.status')
    expect(self()).toEqual([ourPhone, ourLid])
  })

  test('are kept when a webhook says nothing of them, or what is no address', async () => {
    const { read, self } = open()
    await read({})
    for (const nobody of [null, [], {}, { id: 'me' }, { id: group }, { id: '1@newsletter' }]) {
      await read({ me: nobody })
    }
    expect(self()).toEqual([ourPhone, ourLid])
  })

  test('belong to their session', async () => {
    const { read, self } = open()
    await read({ session: 'shop' })
    expect(self()).toEqual([])
    expect(self('shop')).toEqual([ourPhone, ourLid])
  })

  test('are learnt from the session when that is asked for', async () => {
    const { url } = await startServer(json(200, { status: 'WORKING', me, engine: { engine: 'GOWS' } }))
    const channel = wahaChannel({ ...channelOptions, url })
    await channel.health()
    expect(channel.self('default')).toEqual([ourPhone, ourLid])
  })
})

describe('mentions', () => {
  const mentionsOf = (fields: Record<string, unknown>) => {
    const id = `false_${group}_3A1_${lid}`
    return (eventOf('message.any', message({ id, participant: lid, ...fields })) as InboundMessage).mentions
  }
  const text = (contextInfo: object) => ({ extendedTextMessage: { text: '@4930', contextInfo } })

  test.each<[engine: string, _data: object, mentions: object[]]>([
    ['GOWS', { Message: text({ mentionedJID: [me.lid] }) }, [ourLid]],
    ['NOWEB', { message: text({ mentionedJid: [me.jid] }) }, [ourPhone]],
    ['WEBJS', { type: 'chat', mentionedJidList: [me.id, me.id] }, [ourPhone]],
    ['WEBJS, as objects', { mentionedJidList: [{ server: 'lid', _serialized: me.lid }] }, [ourLid]],
    ['WEBJS, under its library’s name', { mentionedIds: [me.id] }, [ourPhone]],
    [
      'several people',
      { message: text({ mentionedJid: [chat, lid, me.lid] }) },
      [{ kind: 'phone', value: `+${phone}` }, { kind: 'lid', value: lid }, ourLid],
    ],
    [
      'below a picture',
      { Message: { imageMessage: { caption: 'See', contextInfo: { mentionedJID: [me.lid] } } } },
      [ourLid],
    ],
    [
      'behind the keys of the sender, in a message that vanishes',
      {
        message: {
          senderKeyDistributionMessage: { groupId: group },
          messageContextInfo: {},
          ephemeralMessage: { message: text({ mentionedJid: [me.lid] }) },
        },
      },
      [ourLid],
    ],
    [
      'behind the keys of the sender',
      {
        message: {
          senderKeyDistributionMessage: { groupId: group },
          ...text({ mentionedJid: [me.lid] }),
        },
      },
      [ourLid],
    ],
  ])('%s', (_engine, _data, mentions) => {
    expect(mentionsOf({ _data })).toEqual(mentions)
  })

  test('nobody is mentioned by words alone, by a group, or by what is no list', () => {
    expect(mentionsOf({ body: `@${phone}` })).toBeUndefined()
    for (const mentionedJid of [group, [group], [null, 7.5, {}, [me.id], ''], { 0: me.id }, me.id, null]) {
      expect(mentionsOf({ _data: { message: text({ mentionedJid }) } })).toBeUndefined()
    }
  })

  test('what a quoted message mentions is not mentioned again', () => {
    const quotedMessage = text({ mentionedJid: [me.lid] })
    expect(mentionsOf({ _data: { message: text({ quotedMessage }) } })).toBeUndefined()
  })
})
