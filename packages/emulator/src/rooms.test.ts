import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('.', import.meta.url))
const rooms = ['graph', 'whapi', 'waha', 'mcp']

test.each(rooms)('what is %s’s own imports nothing of another provider', room => {
  const files = readdirSync(`${source}${room}`, { recursive: true, encoding: 'utf8' })
  const others = rooms.filter(each => each !== room).join('|')
  const foreign = files.filter(
    file =>
      /(?<!\.test)\.ts$/.test(file) &&
      new RegExp(`from '(\\.\\./)+(${others})/`).test(readFileSync(`${source}${room}/${file}`, 'utf8')),
  )
  expect(files.length).toBeGreaterThan(5)
  expect(foreign).toEqual([])
})
