import { cleanText } from '../clean-text.ts'

/** One error as ARM tells it, without what is nested in it. */
export interface ArmLeaf {
  code: string
  message: string
  target?: string
}

/** How deep errors are followed: ARM nests one level a nested deployment, and a few of its own. */
const maxDepth = 12
/** Codes that only say that something below them failed. */
const wrappers = new Set(
  [
    'DeploymentFailed',
    'ResourceDeploymentFailure',
    'InvalidTemplateDeployment',
    'MultipleErrorsOccurred',
    'DeploymentStackDeploymentFailed',
    'DeploymentStackCreationFailed',
    'DeploymentStackUpdateFailed',
    'DeploymentStackDeleteFailed',
    'DeploymentStackDeleteResourcesFailed',
  ].map((code) => code.toLowerCase()),
)

/** A field of something that came as JSON, in whatever letter case it has; undefined when there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = value as Record<string, unknown>
  if (Object.hasOwn(fields, name)) return fields[name]
  const key = Object.keys(fields).find((known) => known.toLowerCase() === name.toLowerCase())
  return key === undefined ? undefined : fields[key]
}

/** A field that holds text, not empty. */
export function textField(value: unknown, name: string): string | undefined {
  const found = field(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** A field that holds a list; an empty one otherwise. */
export function listField(value: unknown, name: string): unknown[] {
  const found = field(value, name)
  return Array.isArray(found) ? (found as unknown[]) : []
}

/**
 * The innermost errors of an answer: `{error: {code, message, details}}`, the error alone, or JSON in the text of a
 * message, which resource providers are fond of. Never empty: what cannot be read stands as it is. Pure.
 */
export function leafErrors(body: unknown): ArmLeaf[] {
  const found = leavesOf(body, 0)
  if (found.length > 0) return found
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? 'no details')
  return [{ code: 'Unknown', message: cleanText(text === '' ? 'no details' : text) }]
}

/** The first of the innermost errors that is not about something else having failed. Pure. */
export function firstLeaf(body: unknown): ArmLeaf {
  const leaves = leafErrors(body)
  const [first = { code: 'Unknown', message: 'no details' }] = leaves
  return leaves.find(({ code }) => !wrappers.has(code.toLowerCase())) ?? first
}

/** The outermost code of an answer, as ARM's own words for the whole. */
export function outerCode(body: unknown): string | undefined {
  return textField(errorOf(body), 'code')
}

/** Whether a code is anywhere in an error. Pure. */
export function hasCode(body: unknown, code: string, depth = 0): boolean {
  if (depth > maxDepth) return false
  const error = errorOf(body)
  if (textField(error, 'code')?.toLowerCase() === code.toLowerCase()) return true
  return listField(error, 'details').some((detail) => hasCode(detail, code, depth + 1))
}

function errorOf(body: unknown): unknown {
  const inner = field(body, 'error')
  return typeof inner === 'object' && inner !== null ? inner : body
}

function leavesOf(body: unknown, depth: number): ArmLeaf[] {
  if (depth > maxDepth) return []
  const error = errorOf(typeof body === 'string' ? (jsonIn(body) ?? {}) : body)
  const code = textField(error, 'code')
  const message = textField(error, 'message') ?? ''
  const below = listField(error, 'details').flatMap((detail) => leavesOf(detail, depth + 1))
  if (below.length > 0) return below
  const inMessage = jsonIn(message)
  const within = inMessage === undefined ? [] : leavesOf(inMessage, depth + 1)
  if (within.length > 0) return within
  if (code === undefined && message === '') return []
  const target = textField(error, 'target')
  return [
    {
      code: code ?? 'Unknown',
      message: cleanText(message === '' ? 'no details' : message),
      ...(target === undefined ? {} : { target }),
    },
  ]
}

/** The JSON object in a text, if one is in it. */
function jsonIn(text: string): unknown {
  const from = text.indexOf('{')
  const to = text.lastIndexOf('}')
  if (from < 0 || to <= from) return undefined
  try {
    return JSON.parse(text.slice(from, to + 1)) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
