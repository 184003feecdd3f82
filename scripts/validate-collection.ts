/**
 * Validates every template below a folder, as `headwater validate` would, and prints counts and what was found:
 *   node scripts/validate-collection.ts DIR [--warnings]
 * Parameters without a default get a plausible value, every capability is given: only what the templates
 * themselves say is looked at. Files that are no templates are counted apart.
 */
import { plausibleParameters } from '../src/template/cloudformation/plausible.ts'
import { loadResourceFacts } from '../src/template/cloudformation/spec-facts.ts'
import { validateTemplate } from '../src/template/cloudformation/validate.ts'
import type { CollectionFile } from './collection/templates.ts'
import { readCollection } from './collection/templates.ts'

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']

type Kind = Exclude<CollectionFile['kind'], 'template'> | 'errors' | 'warnings only' | 'clean'

function main(dir: string | undefined, warnings: boolean): void {
  if (dir === undefined) throw new Error('usage: node scripts/validate-collection.ts DIR [--warnings]')
  const counts = new Map<Kind, number>()
  for (const file of readCollection(dir)) {
    const { kind, lines } = look(file, warnings)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    for (const line of lines) process.stdout.write(`${file.path}:${line}\n`)
  }
  process.stdout.write('\n')
  for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(5)}  ${kind}\n`)
}

function look(file: CollectionFile, warnings: boolean): { kind: Kind; lines: string[] } {
  if (file.kind === 'not well-formed') return { kind: file.kind, lines: [`1:1: ${file.advice}`] }
  if (file.kind !== 'template') return { kind: file.kind, lines: [] }
  const { body, template } = file
  const parameters = plausibleParameters(template)
  const findings = validateTemplate({ body, parameters, capabilities: CAPABILITIES, facts })
  const shown = findings.filter(({ severity }) => warnings || severity === 'error')
  const kind = findings.some(({ severity }) => severity === 'error')
    ? 'errors'
    : findings.length > 0
      ? 'warnings only'
      : 'clean'
  return {
    kind,
    lines: shown.map(
      ({ line, column, severity, path, message }) => `${line}:${column}: ${severity} ${path}: ${message}`,
    ),
  }
}

const facts = await loadResourceFacts()
main(process.argv[2], process.argv.includes('--warnings'))
