import type { StackResourceDrift } from '@aws-sdk/client-cloudformation'
import { parseTemplate } from '../../template/cloudformation/parse.ts'

/**
 * The template with the live values in place of the declared ones wherever they drifted, as JSON; undefined when nothing
 * of it can be written into the template. CloudFormation updates a property only when the template's value changes: an
 * update to what is there already and one back to what is declared make it put the declared value in. Pure.
 */
export function acceptDrift(template: string, drifts: readonly StackResourceDrift[]): string | undefined {
  const { value } = parseTemplate(template)
  const resources = asObject(value['Resources'])
  let hasChanges = false
  for (const drift of drifts) {
    const resource = asObject(resources?.[drift.LogicalResourceId ?? ''])
    const actual = parseProperties(drift.ActualProperties)
    if (drift.StackResourceDriftStatus !== 'MODIFIED' || resource === undefined || actual === undefined)
      continue
    const properties = { ...asObject(resource['Properties']) }
    for (const name of driftedNames(drift)) {
      if (Object.hasOwn(actual, name)) properties[name] = actual[name]
      else delete properties[name]
      hasChanges = true
    }
    resource['Properties'] = properties
  }
  return hasChanges ? JSON.stringify(value) : undefined
}

/** Names of the properties that drifted: of `/Tags/0/Value` it is `Tags`. */
function driftedNames(drift: StackResourceDrift): string[] {
  const names = (drift.PropertyDifferences ?? []).map(({ PropertyPath }) => PropertyPath?.split('/')[1] ?? '')
  return [...new Set(names)].filter((name) => name !== '')
}

function parseProperties(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined
  try {
    return asObject(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}
