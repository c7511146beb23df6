import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CheckRequest, openRequestCheck } from './openapi.js'

/** Closed part by part, and the same list in two places, as providers write it. */
const description = `
openapi: 3.1.0
info: { title: Sample, version: '1' }
paths:
  /{Version}/messages:
    post:
      operationId: send
      parameters:
        - { name: Version, in: path, required: true, schema: { type: string } }
      requestBody:
        required: true
        content:
          application/json:
            schema:
              allOf:
                - type: object
                  additionalProperties: false
                  required: [to]
                  properties:
                    to: { type: string }
                    header: { type: object, oneOf: &file [{ required: [id] }, { required: [link] }] }
                    footer: { type: object, oneOf: *file }
                - type: object
                  additionalProperties: false
                  properties: { text: { type: string } }
`

let folder: string
let check: CheckRequest

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-openapi-'))
  const file = join(folder, 'sample.yaml')
  await writeFile(file, description)
  check = await openRequestCheck(file)
})

afterAll(() => rm(folder, { recursive: true }))

const send = (body: unknown, path = '/v1/messages') =>
  check({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body })

test('takes what the description takes', () => {
  expect(send({ to: 'somebody', text: 'hi', header: { id: '1' }, footer: { link: 'x' } })).toEqual([])
})

test.each([
  ['a field of the wrong type', { to: 'somebody', text: 7 }, '/requestBody/text: must be string'],
  ['a field that is missing', { text: 'hi' }, "/requestBody: must have required property 'to'"],
  ['a field nobody knows', { to: 'somebody', txt: 'hi' }, 'must NOT have unevaluated properties'],
  [
    'both of two',
    { to: 'somebody', footer: { id: '1', link: 'x' } },
    'must match exactly one schema in oneOf',
  ],
])('finds %s', (_, body, problem) => {
  expect(send(body).join('\n')).toContain(problem)
})

test('finds a path nobody knows', () => {
  expect(send({ to: 'somebody' }, '/v1/message')).toEqual(['POST /v1/message: no such operation'])
})
