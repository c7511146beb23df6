import { generateKeyPairSync, sign } from 'node:crypto'

/** One element of DER: tag, length, content. */
function element(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...contents: Uint8Array[]) => element(0x30, ...contents)
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const utcTime = (text: string) => element(0x17, Buffer.from(text))

/** A key and a certificate for 127.0.0.1 that nobody has signed but itself (RFC 5280, ECDSA with SHA-256). */
export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(element(0x06, bytes('2a8648ce3d040302')))
  const commonName = sequence(element(0x06, bytes('550403')), element(0x0c, Buffer.from('sample')))
  const name = sequence(element(0x31, commonName))
  const address = element(0x04, sequence(element(0x87, Buffer.from([127, 0, 0, 1]))))
  const alternativeName = sequence(element(0x06, bytes('551d11')), address)
  const body = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.from([1])),
    algorithm,
    name,
    sequence(utcTime('200101000000Z'), utcTime('490101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(alternativeName)),
  )
  const signature = element(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const certificate = sequence(body, algorithm, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}
