import { readFile } from 'node:fs/promises'
import { htmlError, type Reply } from './http/exchange.js'

// Beside this module both in the source and in the build, which copies the folder.
const FOLDER = new URL('./phone/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
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
    return { status: 200, body: await readFile(new URL(name, FOLDER)), headers: { 'content-type': type } }
  } catch {
    return name === 'index.html' ? placeholder() : htmlError(404, 'Not Found')
  }
}

function placeholder(): Reply {
  const body =
    '<!DOCTYPE html>\n<html lang="en"><title>Switchboard emulator</title>' +
    '<p>The emulator is running. Its phone page is not part of this build; the API behind it is below ' +
    '<a href="/_emulator/state">/_emulator/state</a>.</p></html>\n'
  return { status: 200, body, headers: { 'content-type': 'text/html; charset=utf-8' } }
}
