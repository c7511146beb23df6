import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startEmulator } from './start-emulator.js'
import { sendText, startBoth } from './test-support/bot.js'

test('several emulators run side by side and know nothing of each other', async () => {
  const all = await Promise.all([startBoth(), startBoth(), startBoth()])
  await Promise.all(all.map(({ emulator }, place) => sendText(emulator, `to ${place}`)))
  await Promise.all(all.map(({ emulator }, place) => emulator.person().text(`from ${place}`)))
  expect(all.map(({ emulator }) => emulator.ledger.sent().map(sent => sent.text))).toEqual([
    ['to 0'],
    ['to 1'],
    ['to 2'],
  ])
  expect(all.map(({ bot }) => bot.hooks.length)).toEqual([1, 1, 1])
  expect(new Set(all.map(({ emulator }) => emulator.url)).size).toBe(3)
  await Promise.all(all.map(both => both[Symbol.asyncDispose]()))
})

test('it listens on loopback, and closing frees the port', async () => {
  const first = await startEmulator()
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const port = Number(new URL(first.url).port)
  await expect(startEmulator({ port })).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}`)
  await first.close()
  await first.close()
  await using second = await startEmulator({ port })
  expect(second.url).toBe(first.url)
})

test.each([
  [{ port: -1 }, 'port must be'],
  [{ webhook: 'localhost' }, 'is not a URL'],
  [{ webhook: 'ftp://x/' }, 'http or https'],
  [{ phoneNumberId: 'abc' }, 'phoneNumberId must be 5 to 20 digits'],
  [
    { otherNumbers: [{ phoneNumberId: '12345', displayPhoneNumber: '+1', businessAccountId: '12345' }] },
    'displayPhoneNumber',
  ],
])('the option %j is refused', async (options, words) => {
  await expect(startEmulator(options)).rejects.toThrow(words)
})

test('a process ends by itself after close(), whatever was under way', async () => {
  const script = `
    import { startEmulator } from ${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))}
    const emulator = await startEmulator({ webhook: 'http://127.0.0.1:9/', redelivery: { firstMs: 60_000 } })
    void emulator.person().text('never taken')
    emulator.faults.add({ kind: 'timeout', accepted: true })
    const body = JSON.stringify({ messaging_product: 'whatsapp', to: '+15550001234', text: { body: 'x' } })
    const headers = { authorization: 'Bearer ' + emulator.account.accessToken, 'content-type': 'application/json' }
    const url = emulator.url + '/v24.0/' + emulator.account.phoneNumberId + '/messages'
    void fetch(url, { method: 'POST', headers, body }).catch(() => {})
    void fetch(emulator.url + '/_emulator/events').then(each => each.text()).catch(() => {})
    emulator.ledger.waitForSent(99, 60_000).catch(() => {})
    await emulator.ledger.waitForSent(1)
    await emulator.close()
    console.log('closed')
  `
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const code = await new Promise(resolve => child.once('exit', resolve))
  expect([code, output]).toEqual([0, 'closed\n'])
})

test('a body that is too large is refused, also when it is announced', async () => {
  await using emulator = await startEmulator()
  const url = `${emulator.url}/v24.0/${emulator.account.phoneNumberId}/messages`
  const response = await fetch(url, { method: 'POST', body: 'x'.repeat(5 * 1024 * 1024) }).catch(
    error => error,
  )
  // The answer may be lost when the caller is still writing; it is never accepted.
  if (response instanceof Response) expect(response.status).toBe(413)
  expect(emulator.ledger.sent()).toEqual([])
})

test.each([
  'GET // HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: [not-a-host\r\n\r\n',
  'GET /_emulator/chats/%E0%A4%A/messages HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /v24.0/106540000000001/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half',
  'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  '\u0000\u0001 nonsense\r\n\r\n',
])('it survives %j', async bytes => {
  await using emulator = await startEmulator()
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes)
  // The half request is hung up on; the others are answered or cut.
  const answered = new Promise(resolve => socket.once('data', resolve).once('close', resolve))
  if (bytes.endsWith('{"half')) setTimeout(() => socket.destroy(), 20)
  await answered
  socket.destroy()
  expect((await sendText(emulator, 'still here')).status).toBe(200)
})

test('the phone page is served at / and /phone, and nothing outside its folder', async () => {
  await using emulator = await startEmulator()
  for (const path of ['/', '/phone']) {
    const page = await fetch(emulator.url + path)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toMatch(/^<!doctype html>/i)
  }
  for (const path of ['/phone/..%2findex.ts', '/phone/%2e%2e/index.ts', '/phone/none.js', '/phone/index'])
    expect((await fetch(emulator.url + path)).status).toBeGreaterThanOrEqual(400)
})
