import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json, startServer } from '../../../http/local-server.test.support.js'
import { type Fetch, metaChannel } from '../index.js'
import { account, channelOptions } from '../webhook/samples.test.support.js'

const id = '1003383000000001'
const bearer = `Bearer ${channelOptions.accessToken}`
const lookUp = `/v24.0/${id}?phone_number_id=${account}`

describe('the token of a download', () => {
  /** Answers like Meta's hosts, which no test may reach, and remembers who was shown the token. */
  function hosts(found: string) {
    const asked: [url: string, token: string | undefined][] = []
    const answer: Fetch = async (url, { headers }) => {
      asked.push([url, headers.authorization])
      const body = url.startsWith('https://graph.facebook.com/') ? JSON.stringify({ url: found }) : 'file'
      return new Response(body)
    }
    return { asked, channel: metaChannel({ ...channelOptions, fetch: answer }) }
  }

  test.each([
    'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=3',
    'https://sibling.fbsbx.com/file',
    'https://graph.facebook.com/v24.0/file',
  ])('goes to %s', async url => {
    const { asked, channel } = hosts(url)
    await channel.download({ url })
    await channel.download({ id })
    expect(asked).toEqual([
      [url, bearer],
      [`https://graph.facebook.com${lookUp}`, bearer],
      [url, bearer],
    ])
  })

  test.each([
    'https://lookaside.fbsbx.com.evil.example/',
    'https://evilfbsbx.com/',
    'https://evil.example/lookaside.fbsbx.com',
    'https://lookaside.fbsbx.com@evil.example/',
    'https://lookaside.fbsbx.com:8443/',
    'https://graph.facebook.com.evil.example/',
  ])('does not go to %s', async url => {
    const { asked, channel } = hosts(url)
    await expect(channel.download({ url })).rejects.toMatchObject({
      code: 'channel_refused',
      retryable: false,
    })
    expect(asked).toEqual([])
    // Meta itself may name a host that is new: it is asked as anybody would ask.
    await channel.download({ id, url })
    expect(asked).toEqual([
      [`https://graph.facebook.com${lookUp}`, bearer],
      [new URL(url).origin + new URL(url).pathname, undefined],
    ])
  })

  test.each(['http://lookaside.fbsbx.com/file', 'http://169.254.169.254/latest', 'file:///etc/passwd'])(
    '%s is not asked at all',
    async url => {
      const { asked, channel } = hosts(url)
      await expect(channel.download({ url })).rejects.toMatchObject({ code: 'channel_refused' })
      await expect(channel.download({ id })).rejects.toMatchObject({ code: 'channel_refused' })
      expect(asked.map(([address]) => address)).toEqual([`https://graph.facebook.com${lookUp}`])
    },
  )

  test('is shown to nobody else, however the address is put together', async () => {
    const part = fc.constantFrom(
      ...['https://', 'http://', 'lookaside.fbsbx.com', 'fbsbx.com', 'evil.example', 'graph.facebook.com'],
      ...['.', '@', ':', '/', '\\', '#', '?', '%2e', '%40', ':443', ':80', '\t', 'a', '。'],
    )
    const address = fc.array(part, { maxLength: 6 }).map(parts => `https://${parts.join('')}`)
    await fc.assert(
      fc.asyncProperty(fc.oneof(address, fc.webUrl()), async url => {
        const { asked, channel } = hosts(url)
        await channel.download({ url }).catch(() => undefined)
        await channel.download({ id }).catch(() => undefined)
        for (const [reached, token] of asked) {
          const { protocol, host } = new URL(reached)
          const meta = host === 'graph.facebook.com' || host === 'fbsbx.com' || host.endsWith('.fbsbx.com')
          expect(protocol).toBe('https:')
          expect(token).toBe(meta ? bearer : undefined)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('does not follow a redirection', async () => {
    const elsewhere = await startServer(json(200, {}))
    const { url } = await startServer(response => {
      response.writeHead(302, { location: elsewhere.url })
      response.end()
    })
    for (const options of [{}, { fetch }]) {
      const channel = metaChannel({ ...channelOptions, graphUrl: url, ...options })
      await expect(channel.download({ url: `${url}/file` })).rejects.toMatchObject({
        code: 'channel_refused',
      })
    }
    expect(elsewhere.requests).toEqual([])
  })
})
