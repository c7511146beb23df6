import { readFile } from 'node:fs/promises'
import { htmlError, type Reply } from './http/exchange.js'

// Beside this module both in the source and in the build, which copies the folder.
const FOLDER = new URL('./phone/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  ogg: 'audio/ogg; codecs=opus',
  pdf: 'application/pdf',
}

// The page shows what strangers write: it runs its own files alone and reaches nothing but the emulator, and the
// browser refuses to turn any text into markup (W3C, "Trusted Types").
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** The phone is at `/` and `/phone`, its files below `/phone/`. */
export function isPhonePath(path: string): boolean {
  return path === '/' || path === '/phone' || path.startsWith('/phone/')
}

export async function phonePage(path: string): Promise<Reply> {
  const name = path.replace(/^\/(phone\/?)?/, '') || 'index.html'
  const type = TYPES[name.split('.').at(-1) ?? '']
  // One flat folder: a name with anything but these characters is no file of ours.
  if (!/^[a-z0-9.-]+$/.test(name) || type === undefined) return htmlError(404, 'Not Found')
  try {
    const body = await readFile(new URL(name, FOLDER))
    return { status: 200, body, headers: { ...HEADERS, 'content-type': type } }
  } catch {
    return htmlError(404, 'Not Found')
  }
}
