import { expect, test } from 'vitest'
import { isPhonePath, phonePage } from './phone-page.js'

const textOf = (body: unknown): string => Buffer.from(body as Uint8Array).toString('utf8')

test('the page and everything that it loads is served, and nothing of it comes from elsewhere', async () => {
  const found = new Set<string>()
  const wanted = ['/phone']
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (found.has(path)) continue
    found.add(path)
    const { status, body, headers } = await phonePage(path)
    expect(status, path).toBe(200)
    const type = headers?.['content-type'] ?? ''
    if (!type.startsWith('text/')) continue
    const text = textOf(body)
    const links = [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, link]) => link ?? '')
    if (type.startsWith('text/html')) wanted.push(...links.filter(link => link !== '/'))
    for (const [, name] of text.matchAll(/^(?:import|export) [^'\n]*'\.\/([^']+)'|\bimport '\.\/([^']+)'/gm))
      wanted.push(`/phone/${name}`)
  }
  expect([...found].every(path => path.startsWith('/phone'))).toBe(true)
  expect(found).toContain('/phone/main.js')
  expect(found).toContain('/phone/workbench.js')
  expect(found.size).toBeGreaterThan(50)
})

test('only files of the page are served', async () => {
  for (const path of [
    '/phone/nothing.js',
    '/phone/../cli.js',
    '/phone/..%2fcli.js',
    '/phone/format-text.test.ts',
    '/phone/'.concat('../'.repeat(3), 'package.json'),
  ])
    expect((await phonePage(path)).status, path).toBe(path === '/phone/' ? 200 : 404)
  expect(isPhonePath('/v24.0/phone')).toBe(false)
  expect(isPhonePath('/phones')).toBe(false)
})

test('no script or style of the page makes markup of text or loads from the network', async () => {
  const { body } = await phonePage('/')
  expect(textOf(body)).not.toMatch(/https?:|\son[a-z]+=|<script>|style="/)
})
