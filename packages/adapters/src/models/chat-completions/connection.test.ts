import { afterEach, describe, expect, it, vi } from 'vitest'
import { resolveConnection, type Vendor } from './connection.js'

const vendor: Vendor = {
  name: 'tea',
  keyVariable: 'SWITCHBOARD_TEST_TEA_KEY',
  urlVariable: 'SWITCHBOARD_TEST_TEA_URL',
  defaultBaseURL: 'https://api.tea.example/v1',
  ownHosts: /(^|\.)tea\.example$/,
}

describe('resolveConnection', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('prefers options to the environment, and the environment to the default', () => {
    vi.stubEnv(vendor.keyVariable, 'from-environment')
    expect(resolveConnection(vendor, {})).toMatchObject({
      baseURL: vendor.defaultBaseURL,
      apiKey: 'from-environment',
    })
    vi.stubEnv(vendor.urlVariable, 'http://localhost:1/v1')
    expect(resolveConnection(vendor, {})).toMatchObject({ baseURL: 'http://localhost:1/v1' })
    expect(resolveConnection(vendor, { apiKey: 'mine', baseURL: 'http://localhost:2' })).toEqual({
      baseURL: 'http://localhost:2',
      apiKey: 'mine',
      headers: {},
    })
  })

  it('takes empty variables for absent ones', () => {
    vi.stubEnv(vendor.keyVariable, ' ')
    vi.stubEnv(vendor.urlVariable, '')
    expect(() => resolveConnection(vendor, {})).toThrow(vendor.keyVariable)
  })

  it.each(['localhost:11434', 'ftp://localhost', '/v1', 'http://user:secret@localhost/v1'])(
    'refuses %s as an address, without quoting it',
    baseURL => {
      const resolve = () => resolveConnection(vendor, { baseURL })
      expect(resolve).toThrow(
        expect.objectContaining({
          code: 'configuration',
          message: expect.stringContaining(vendor.urlVariable),
        }),
      )
      expect(resolve).not.toThrow('secret')
    },
  )

  it.each(['two words', 'line\nbreak', 'umläut'])('refuses %j as a key, without quoting it', apiKey => {
    const resolve = () => resolveConnection(vendor, { apiKey })
    expect(resolve).toThrow(
      expect.objectContaining({
        code: 'configuration',
        message: expect.stringContaining(vendor.keyVariable),
      }),
    )
    expect(resolve).not.toThrow(apiKey)
  })
})
