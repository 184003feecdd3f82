import * as z from 'zod'
import { apiVersion, metadataSchema } from '../../src/api/kinds/common.ts'
import { kinds, type Kind } from '../../src/api/kinds/index.ts'

/** As much of JSON Schema as our kinds come out as. */
export interface JsonSchema {
  $schema?: string
  title?: string
  description?: string
  type?: string | string[]
  const?: string
  enum?: string[]
  default?: unknown
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  if?: JsonSchema
  then?: JsonSchema
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

const draft = 'http://json-schema.org/draft-07/schema#'

/** The JSON schema of a spec, as a person writes it: what has a default may be left out. */
export function specSchema(kind: Kind): JsonSchema {
  return plain(z.toJSONSchema(kind.spec, { io: 'input', target: 'draft-7' }) as JsonSchema)
}

/** The JSON schema of a whole document of a kind; draft 7 is what editors' YAML plug-ins know. */
export function documentSchema(kind: Kind): JsonSchema {
  const spec = specSchema(kind)
  return {
    $schema: draft,
    title: kind.kind,
    description: kind.summary,
    type: 'object',
    properties: {
      apiVersion: { const: apiVersion, description: 'Group and version of the kind.' },
      kind: { const: kind.kind, description: 'Kind of the object.' },
      metadata: {
        ...plain(z.toJSONSchema(metadataSchema, { io: 'input', target: 'draft-7' }) as JsonSchema),
        description: 'Who the object is.',
      },
      spec: { ...spec, description: kind.summary },
    },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
  }
}

/**
 * One schema for all files of a repository: documents of ours are held to their kind, all others are let through, so that
 * an editor may be pointed at every YAML file.
 */
export function anySchema(): JsonSchema {
  const named = (kind: string): JsonSchema => ({ properties: { kind: { const: kind } }, required: ['kind'] })
  const group = apiVersion.split('/')[0] ?? apiVersion
  return {
    $schema: draft,
    title: 'Headwater',
    description: 'Documents of Headwater, told apart by their kind.',
    if: {
      type: 'object',
      properties: { apiVersion: { type: 'string', pattern: `^${group.replaceAll('.', '\\.')}(/|$)` } },
      required: ['apiVersion'],
    },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: {
      properties: { apiVersion: { const: apiVersion }, kind: { enum: kinds.map(({ kind }) => kind) } },
      required: ['kind'],
      // oxlint-disable-next-line unicorn/no-thenable -- the same
      allOf: kinds.map(({ kind }) => ({ if: named(kind), then: { $ref: `#/$defs/${kind}` } })),
    },
    $defs: Object.fromEntries(kinds.map((kind) => [kind.kind, documentSchema(kind)])),
  }
}

/** Without what says nothing to an editor: nested dialects, and formats that nobody knows. */
function plain(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$schema' || key === 'propertyNames' || (key === 'format' && value === 'starts_with')
      ? undefined
      : value,
  )
  return JSON.parse(text) as JsonSchema
}
