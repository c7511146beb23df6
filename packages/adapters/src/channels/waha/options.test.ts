import { describe, expect, test } from 'vitest'
import { type WahaChannelOptions, wahaChannel } from './index.js'

const url = 'http://localhost:3000'

describe('options that cannot work', () => {
  test.each<[option: string, options: Partial<WahaChannelOptions>]>([
    ['url', { url: '' }],
    ['url', { url: 'localhost:3000' }],
    ['url', { url: 'ftp://localhost' }],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 'two words' }],
    ['hmacKey', { hmacKey: '' }],
    ['session', { session: '' }],
    ['secretHeader', { secretHeader: { name: 'X-Secret', value: '' } }],
    ['secretHeader', { secretHeader: { name: '', value: 'secret' } }],
    ['mediaOrigins', { mediaOrigins: ['bucket.example'] }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
  ])('%s: %j', (option, options) => {
    const open = () => wahaChannel({ url, ...options })
    expect(open).toThrow(expect.objectContaining({ code: 'configuration' }))
    expect(open).toThrow(option)
  })

  test('are told without the key', () => {
    expect(() => wahaChannel({ url, apiKey: 'secret\nkey' })).not.toThrow('secret')
  })
})

test('defaults', () => {
  expect(wahaChannel({ url })).toMatchObject({
    name: 'waha',
    defaultAccount: 'default',
    specificationVersion: 'v1',
  })
  expect(wahaChannel({ url, name: 'shop', session: 'main' })).toMatchObject({
    name: 'shop',
    defaultAccount: 'main',
  })
})
