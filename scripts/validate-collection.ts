/**
 * Wraps every template below a folder whose parameters all have defaults in an `AzureDeployment`, runs `headwater
 * validate` over them, and prints what it refuses that Microsoft's engine takes:
 *   node scripts/validate-collection.ts FOLDER [--only TEXT] [--remember FOLDER]
 * `--remember` is that of `arm-collection.ts`, and shares its folder.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createValidateCommand } from '../src/cli/commands/validate.ts'
import { createSystemClock, createSystemRandom } from '../src/compose/system.ts'
import { type ArmTemplate, type Json, parseArmTemplate } from '../src/template/arm/index.ts'
import { startBicep } from '../test/arm/bicep-child.ts'
import { bothPlans } from '../test/arm/both-plans.ts'
import { plausibleParameters } from '../test/arm/plausible.ts'
import { findBicep } from '../test/support/find-tool.ts'
import { claimsTemplate, collectionFiles, optionOf, usesRegistry } from './collection-files.ts'
import { rememberBicep } from './remember-bicep.ts'

const [folder, ...options] = process.argv.slice(2)
const tool = findBicep()
if (folder === undefined || tool.path === undefined)
  throw new Error(
    `usage: node scripts/validate-collection.ts FOLDER [--only TEXT] [--remember FOLDER]${tool.pending}`,
  )
const root = path.resolve(folder)
const [only, memory] = [optionOf(options, '--only'), optionOf(options, '--remember')]
const child = startBicep(tool.path)
const bicep = memory === undefined ? child : rememberBicep(child, path.resolve(memory))

/** The template, where it compiles, wants no parameters, and Microsoft's engine takes it. */
async function acceptable(file: string): Promise<ArmTemplate | undefined> {
  const written = await readFile(file, 'utf8')
  if (file.endsWith('.bicep') && (await usesRegistry(file))) return undefined
  const text = file.endsWith('.bicep') ? (await bicep.compile(file)).contents : written
  if (typeof text !== 'string' || !claimsTemplate(text)) return undefined
  const { template } = parseArmTemplate(text)
  if (template === undefined || Object.keys(plausibleParameters(template)).length > 0) return undefined
  const { theirs } = await bothPlans(bicep, text)
  return theirs === undefined ? undefined : template
}

const subscriptionId = '11111111-2222-3333-4444-555555555555'

function document(name: string, file: string, template: ArmTemplate): Json {
  const schema = JSON.stringify(template['$schema']).toLowerCase()
  const kind = /(subscription|managementgroup|tenant)deployment/.exec(schema)?.[1]
  const scopes: Record<string, Json> = {
    subscription: { subscription: { subscriptionId } },
    managementgroup: { managementGroup: { id: 'plan' } },
    tenant: { tenant: {} },
  }
  const scope = scopes[kind ?? ''] ?? { resourceGroup: { subscriptionId, name: 'plan' } }
  return {
    apiVersion: 'headwater.dev/v1alpha1',
    kind: 'AzureDeployment',
    metadata: { name },
    spec: {
      template: `/${path.relative(root, file).split(path.sep).join('/')}`,
      scope,
      ...(kind === undefined ? {} : { location: 'westeurope' }),
    },
  }
}

/** What the command answers with `-o json`. */
interface Answer {
  problems: { severity: string; object?: string; message: string }[]
  objects: number
  errors: number
  warnings: number
}

async function validate(documents: readonly Json[]): Promise<Answer> {
  const manifests = await mkdtemp(path.join(root, 'headwater-'))
  let text = ''
  try {
    const lines = documents.map((one) => `---\n${JSON.stringify(one)}\n`)
    await writeFile(path.join(manifests, 'objects.yaml'), lines.join(''))
    const command = createValidateCommand({
      stdout: (more) => (text += more),
      stderr: (more) => process.stderr.write(more),
      env: { HEADWATER_BICEP: tool.path },
      cwd: root,
      clock: createSystemClock(),
      random: createSystemRandom(),
      color: false,
      exitWith: () => undefined,
    })
    await command.parseAsync([manifests, '--root', root, '-o', 'json'], { from: 'user' })
    return JSON.parse(text) as Answer
  } finally {
    await rm(manifests, { recursive: true })
  }
}

const documents = new Map<string, { file: string; json: Json }>()
for (const file of await collectionFiles(root, /\.(bicep|json|jsonc)$/)) {
  if (only !== undefined && !file.includes(only)) continue
  const template = await acceptable(file)
  if (template === undefined) continue
  const name = `t${documents.size}`
  documents.set(`AzureDeployment default/${name}`, { file, json: document(name, file, template) })
}
child.close()
const answer = await validate([...documents.values()].map(({ json }) => json))
const refused = answer.problems.filter(({ severity }) => severity === 'error')
for (const { object, message } of refused)
  process.stdout.write(`${documents.get(object ?? '')?.file ?? object}: ${message}\n`)
process.stdout.write(
  `${documents.size} templates, ${answer.objects} objects, ${answer.errors} errors, ${answer.warnings} warnings\n`,
)
