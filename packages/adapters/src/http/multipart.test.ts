import fc from 'fast-check'
import { expect, test } from 'vitest'
import { multipart } from './multipart.js'

/** Node's own reader of forms judges what is written. */
async function read(form: ReturnType<typeof multipart>): Promise<FormData> {
  const headers = { 'content-type': form.contentType }
  return new Response(new Uint8Array(form.body), { headers }).formData()
}

test('a form, byte for byte', () => {
  const file = { bytes: Buffer.from([0, 13, 10, 255]), filename: 'tea.jpg', mimeType: 'image/jpeg' }
  const form = multipart({ type: 'image/jpeg', file }, 'edge')
  expect(form.contentType).toBe('multipart/form-data; boundary=edge')
  expect(Buffer.from(form.body).toString('latin1')).toBe(
    '--edge\r\nContent-Disposition: form-data; name="type"\r\n\r\nimage/jpeg\r\n' +
      '--edge\r\nContent-Disposition: form-data; name="file"; filename="tea.jpg"\r\n' +
      'Content-Type: image/jpeg\r\n\r\n\x00\r\n\xff\r\n--edge--\r\n',
  )
})

test('names, types and bytes of any kind break out of nothing', async () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' })
  const nasty = fc.constantFrom('a"; name="type', 'a\r\nContent-Type: x', '--edge', '"\r\n\r\n--edge--')
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(word, nasty),
      fc.oneof(word, nasty),
      fc.uint8Array(),
      async (value, filename, bytes) => {
        const boundary = 'edge-b4b0d5b1c5b84a1f9f2f6a3a1a0f7c11'
        const file = {
          bytes,
          filename,
          mimeType: `image/jpeg${filename.includes('\n') ? '\r\nx-injected: 1' : ''}`,
        }
        const read1 = await read(multipart({ value, file }, boundary))
        expect([...read1.keys()]).toEqual(['value', 'file'])
        const found = read1.get('file')
        if (!(found instanceof Blob)) throw new Error('no file')
        expect(new Uint8Array(await found.arrayBuffer())).toEqual(new Uint8Array(bytes))
      },
    ),
    { numRuns: 200 },
  )
})
