import { expect, test } from 'vitest'
import { channelMemory } from './memory.js'

test('adds up what is learnt of a message, in its own session', () => {
  const memory = channelMemory()
  memory.learn('one', '3E1', { outboundId: 'outbound-1', chats: ['49@c.us'] })
  memory.learn('one', '3E1', { fullId: 'true_7@lid_3E1', chats: ['7@lid', '49@c.us'] })
  expect(memory.known('one', '3E1')).toEqual({
    outboundId: 'outbound-1',
    fullId: 'true_7@lid_3E1',
    chats: ['49@c.us', '7@lid'],
  })
  expect(memory.known('two', '3E1')).toBeUndefined()
})

test('lets nobody take over the id of another chat', () => {
  const memory = channelMemory()
  memory.learn('one', '3E1', { fullId: 'false_49@c.us_3E1', chats: ['49@c.us'] })
  memory.learn('one', '3E1', { fullId: 'false_666@c.us_3E1', chats: ['666@c.us'] })
  expect(memory.known('one', '3E1')).toEqual({ fullId: 'false_49@c.us_3E1', chats: ['49@c.us'] })
})

test('forgets the messages that it has not heard of for longest', () => {
  const memory = channelMemory()
  for (let index = 0; index < 20_000; index++) memory.learn('one', `3E${index}`, {})
  memory.learn('one', '3E0', {})
  memory.learn('one', '3ENEW', {})
  expect(['3E0', '3E1', '3E2', '3ENEW'].map(id => memory.known('one', id) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ])
})
