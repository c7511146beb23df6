import { describe, expect, test } from 'vitest'
import { makeScene, minute, poll, said } from './scene.test.support.js'

describe.each([
  ['a server that names what it sent', true],
  ['a server that names nothing', false],
])('with %s', (_name, namesSends) => {
  test('what we sent is a receipt, never an operator and never a customer', async () => {
    const scene = await makeScene()
    scene.phone.state.namesSends = namesSends
    const channel = scene.start()
    scene.pass(1_000)
    scene.arrives('Are you open?')
    const first = await poll(channel)
    const { providerId } = await channel.send(scene.outbound('Until nine.'))
    expect(providerId === undefined).toBe(!namesSends)
    scene.pass(1_000)
    const second = await poll(channel, first.cursor)
    expect(said(second.events)).toEqual(['status sent out-1'])
    expect(second.events[0]).toMatchObject({ providerId: scene.phone.messages[1]?.id })
    expect((await poll(channel, second.cursor)).events).toEqual([])
  })

  test('it stays ours after a restart', async () => {
    const scene = await makeScene()
    scene.phone.state.namesSends = namesSends
    const channel = scene.start()
    const first = await poll(channel)
    scene.pass(1_000)
    await channel.send(scene.outbound('Until nine.'))
    const second = await poll(channel, first.cursor)
    scene.pass(minute)
    const successor = scene.start()
    expect(said((await poll(successor, second.cursor)).events)).toEqual(['status sent out-1'])
  })

  test('a successor takes what was sent after the last cursor for no takeover, but hears an operator', async () => {
    const scene = await makeScene()
    scene.phone.state.namesSends = namesSends
    const channel = scene.start()
    const { cursor } = await poll(channel)
    scene.pass(2_000)
    await channel.send(scene.outbound('Until nine.'))
    // The process dies here, and a person of the business looks after the customer.
    scene.pass(10 * minute)
    scene.typed('Sorry, our robot is down.')
    scene.pass(minute)
    const { events } = await poll(scene.start(), cursor)
    expect(said(events)).toEqual(['operator (history): Until nine.', 'operator: Sorry, our robot is down.'])
  })
})

test('a poll that sees a message before its send has ended knows it', async () => {
  const scene = await makeScene()
  const channel = scene.start()
  const first = await poll(channel)
  scene.pass(1_000)
  let answer = () => {}
  scene.phone.state.intercept = async (tool, { chat_id, text }) => {
    if (tool !== 'send_message') return undefined
    scene.typed(String(text), String(chat_id))
    await new Promise<void>(resolve => {
      answer = resolve
    })
    return { content: [{ type: 'text', text: '{"success":true}' }] }
  }
  const sending = channel.send(scene.outbound('Until nine.'))
  await expect.poll(() => scene.phone.messages.length).toBe(1)
  expect(said((await poll(channel, first.cursor)).events)).toEqual(['status sent out-1'])
  answer()
  await sending
})

test('a send whose answer was lost is settled by the poll that finds it', async () => {
  const scene = await makeScene()
  const channel = scene.start()
  const first = await poll(channel)
  scene.phone.state.intercept = (tool, { chat_id, text }) => {
    if (tool !== 'send_message') return undefined
    scene.typed(String(text), String(chat_id))
    scene.server.breakConnections()
    return undefined
  }
  await expect(channel.send(scene.outbound('Until nine.'))).rejects.toMatchObject({ code: 'channel_unknown' })
  scene.phone.state.intercept = undefined
  expect(said((await poll(channel, first.cursor)).events)).toContain('status sent out-1')
})

test('whoever types the same words is an operator: before, after, and when ours was refused', async () => {
  const scene = await makeScene()
  scene.phone.state.namesSends = false
  const channel = scene.start()
  let { cursor } = await poll(channel)
  const heard = async () => {
    const polled = await poll(channel, cursor)
    cursor = polled.cursor
    return said(polled.events)
  }
  scene.pass(1_000)
  scene.typed('Noted.')
  expect(await heard()).toEqual(['operator: Noted.'])
  scene.pass(1_000)
  await channel.send(scene.outbound('Noted.'))
  expect(await heard()).toEqual(['status sent out-1'])
  scene.pass(1_000)
  scene.typed('Noted.')
  expect(await heard()).toEqual(['operator: Noted.'])
  scene.phone.state.intercept = tool =>
    tool === 'send_message'
      ? { content: [{ type: 'text', text: 'Error: blocked' }], isError: true }
      : undefined
  await expect(channel.send(scene.outbound('Goodbye.'))).rejects.toMatchObject({ code: 'channel_refused' })
  scene.pass(1_000)
  scene.typed('Goodbye.')
  expect(await heard()).toEqual(['operator: Goodbye.'])
})

test('hundreds of messages between two polls are all ours', async () => {
  const scene = await makeScene()
  scene.phone.state.namesSends = false
  const channel = scene.start({ pollMs: minute })
  const first = await poll(channel)
  scene.pass(1_000)
  const numbers = Array.from({ length: 300 }, (_, index) => index)
  await Promise.all(numbers.map(number => channel.send(scene.outbound(`Order ${number} is ready.`))))
  const second = await poll(channel, first.cursor)
  expect(said(second.events).sort()).toEqual(numbers.map(number => `status sent out-${number + 1}`).sort())
  await Promise.all(numbers.map(number => channel.send(scene.outbound(`Order ${number} is here.`))))
  const { events } = await poll(channel, second.cursor)
  expect(said(events).sort()).toEqual(numbers.map(number => `status sent out-${number + 301}`).sort())
})

test('the same answer twice is twice ours', async () => {
  const scene = await makeScene()
  scene.phone.state.namesSends = false
  const channel = scene.start()
  const first = await poll(channel)
  scene.pass(1_000)
  await channel.send(scene.outbound('Noted.'))
  await channel.send(scene.outbound('Noted.'))
  const { events } = await poll(channel, first.cursor)
  expect(said(events).sort()).toEqual(['status sent out-1', 'status sent out-2'])
})

test('a server that does not say whose a message is does not make the bot answer itself', async () => {
  const scene = await makeScene()
  scene.phone.state.namesSends = false
  const channel = scene.start()
  const first = await poll(channel)
  scene.pass(1_000)
  await channel.send(scene.outbound('Hello, how can I help?'))
  for (const message of scene.phone.messages)
    Object.assign(message, { from_me: undefined, sender: undefined })
  expect(said((await poll(channel, first.cursor)).events)).toEqual(['status sent out-1'])
})

test('a customer who repeats our words is heard, also when the server does not list what we send', async () => {
  const scene = await makeScene()
  Object.assign(scene.phone.state, { namesSends: false, listsOwn: false })
  const channel = scene.start()
  const first = await poll(channel)
  scene.pass(1_000)
  await channel.send(scene.outbound('Good morning!'))
  scene.pass(1_000)
  scene.arrives('Good morning!')
  expect(said((await poll(channel, first.cursor)).events)).toEqual(['customer: Good morning!'])
})
