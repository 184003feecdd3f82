/**
 * Validates every template below a folder, as `headwater validate` would, and prints counts and what was found:
 *   node scripts/validate-collection.ts DIR [--warnings]
 * Parameters without a default get a plausible value, every capability is given: only what the templates
 * themselves say is looked at. Files that are no templates are counted apart.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseTemplate } from '../src/template/cloudformation/parse.ts'
import { plausibleParameters } from '../src/template/cloudformation/plausible.ts'
import { attempt } from '../src/template/cloudformation/problem.ts'
import { loadResourceFacts } from '../src/template/cloudformation/spec-facts.ts'
import { readTemplate } from '../src/template/cloudformation/structure.ts'
import { validateTemplate } from '../src/template/cloudformation/validate.ts'

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']

type Kind = 'no template' | 'Rain source' | 'not well-formed' | 'errors' | 'warnings only' | 'clean'

function main(dir: string | undefined, warnings: boolean): void {
  if (dir === undefined) throw new Error('usage: node scripts/validate-collection.ts DIR [--warnings]')
  const counts = new Map<Kind, number>()
  for (const file of templateFiles(dir)) {
    const { kind, lines } = look(readFileSync(file, 'utf8'), warnings)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    for (const line of lines) process.stdout.write(`${relative(dir, file)}:${line}\n`)
  }
  process.stdout.write('\n')
  for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(5)}  ${kind}\n`)
}

function templateFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json|template|cfn)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function look(body: string, warnings: boolean): { kind: Kind; lines: string[] } {
  // Rain packages these into templates; CloudFormation never sees its directives.
  if (/!Rain::|"Rain::|\bRain::Module\b|"Fn::Rain/.test(body)) return { kind: 'Rain source', lines: [] }
  const parsed = attempt(() => parseTemplate(body))
  if (parsed instanceof Error) {
    if (!/^\s*"?Resources"?\s*:/m.test(body)) return { kind: 'no template', lines: [] }
    return { kind: 'not well-formed', lines: [`1:1: ${parsed.advice}`] }
  }
  if (!('Resources' in parsed.value)) return { kind: 'no template', lines: [] }
  const template = readTemplate(parsed.value, () => {})
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
