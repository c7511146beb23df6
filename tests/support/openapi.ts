import { readFileSync } from 'node:fs'
import Ajv2020 from 'ajv/dist/2020.js'
import { type Document, OpenAPIBackend } from 'openapi-backend'
import { parse } from 'yaml'

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string
  /** With the query, without the path of the base. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** JSON, or the fields of a form. */
  readonly body?: unknown
}

/** What is wrong with a request, as `place: problem`; nothing when the provider's own description takes it. */
export type CheckRequest = (request: SentRequest) => readonly string[]

/** Checks requests against a provider's OpenAPI file, JSON or YAML. */
export async function openRequestCheck(file: string): Promise<CheckRequest> {
  const backend = new OpenAPIBackend({
    definition: readDefinition(file),
    // The files break rules of OpenAPI that have nothing to do with requests.
    quick: true,
    ajvOpts: { strict: false, allErrors: true, validateFormats: false, logger: false },
    customizeAjv: (_, options) => new Ajv2020.default(options) as never,
  })
  await backend.init()
  return ({ method, path, headers, body }) => {
    const request = { method, path, headers: readHeaders(headers), body }
    const operation = backend.matchOperation(request)
    if (!operation) return [`${method} ${path}: no such operation`]
    const { errors } = backend.validateRequest(request, operation)
    return (errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath}: ${message} ${JSON.stringify(params)}`
    })
  }
}

function readDefinition(file: string): Document {
  // Through JSON, since aliases of YAML become arrays in two places, which the validator takes for cycles.
  const definition = JSON.parse(JSON.stringify(parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 })))
  closeAsAWhole(definition)
  return definition
}

function readHeaders(headers: SentRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  )
}

/**
 * Meta's file closes each part of an `allOf` by itself, so that every part forbids the fields of the others and nothing is
 * valid. What is meant is that the parts together are closed.
 */
function closeAsAWhole(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  const schema = node as { allOf?: unknown; unevaluatedProperties?: boolean }
  if (Array.isArray(schema.allOf)) {
    for (const part of schema.allOf as { additionalProperties?: unknown }[]) {
      if (part.additionalProperties !== false) continue
      delete part.additionalProperties
      schema.unevaluatedProperties = false
    }
  }
  for (const value of Object.values(node)) closeAsAWhole(value)
}
