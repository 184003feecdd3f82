/**
 * Deploys every template below a folder in the sandbox's CloudFormation and deletes it again, in virtual time, and
 * prints counts and what failed:
 *   node scripts/deploy-collection.ts DIR
 * Parameters without a default get a plausible value, nested templates are found by their file name, imported values
 * are exported by a stack made for them. Files that are no templates, or not well-formed, are counted apart.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { CallContext } from '../src/sandbox/aws/cloudformation/engine.ts'
import { createCloudFormationEngine } from '../src/sandbox/aws/cloudformation/engine.ts'
import { parseTemplate } from '../src/template/cloudformation/parse.ts'
import { plausibleParameters } from '../src/template/cloudformation/plausible.ts'
import { attempt } from '../src/template/cloudformation/problem.ts'
import { readTemplate } from '../src/template/cloudformation/structure.ts'

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']
const CONTEXT: CallContext = {
  account: '123456789012',
  region: 'us-east-1',
  principalArn: 'arn:aws:iam::123456789012:user/collection',
  requestId: 'collection',
}

interface Outcome {
  kind: string
  detail?: string
}

async function main(dir: string | undefined): Promise<void> {
  if (dir === undefined) throw new Error('usage: node scripts/deploy-collection.ts DIR')
  const files = templateFiles(dir)
  const byName = new Map(files.map((file) => [basename(file), file]))
  const counts = new Map<string, number>()
  for (const file of files) {
    const { kind, detail } = await deploy(readFileSync(file, 'utf8'), byName)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (detail !== undefined) process.stdout.write(`${relative(dir, file)}: ${kind}: ${detail}\n`)
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

async function deploy(body: string, byName: ReadonlyMap<string, string>): Promise<Outcome> {
  if (/!Rain::|"Rain::|\bRain::Module\b|"Fn::Rain/.test(body)) return { kind: 'Rain source' }
  const parsed = attempt(() => parseTemplate(body))
  if (parsed instanceof Error)
    return /^\s*"?Resources"?\s*:/m.test(body)
      ? { kind: 'not well-formed', detail: parsed.message }
      : { kind: 'no template' }
  if (!('Resources' in parsed.value)) return { kind: 'no template' }
  const template = attempt(() => readTemplate(parsed.value))
  if (template instanceof Error) return { kind: 'refused', detail: template.message }
  const parameters = Object.entries(plausibleParameters(template)).map(([key, value]) => ({
    ParameterKey: key,
    ParameterValue: value,
  }))
  const call = createCaller(body, byName)
  for (let attempts = 0; attempts < 20; attempts += 1) {
    const created = await call('CreateStack', {
      StackName: 'stack',
      Capabilities: CAPABILITIES,
      Parameters: parameters,
      TemplateURL: 'https://s3.amazonaws.com/collection/itself',
    })
    if (typeof created === 'string') return { kind: 'refused', detail: created }
    const status = await statusOf(call)
    if (status === 'CREATE_COMPLETE') break
    const reason = await firstFailure(call)
    const missing = /No export named (\S+) found/.exec(reason)?.[1]
    if (missing === undefined) return { kind: status, detail: reason }
    await call('DeleteStack', { StackName: 'stack' })
    await call('CreateStack', { StackName: `exports-${attempts}`, TemplateBody: exporting(missing) })
  }
  await call('DeleteStack', { StackName: 'stack' })
  const deleted = await statusOf(call)
  return deleted === 'missing'
    ? { kind: 'created and deleted' }
    : { kind: deleted, detail: await firstFailure(call) }
}

type Caller = (action: string, input: Record<string, unknown>) => Promise<Record<string, unknown> | string>

/** An engine of its own for one template; an answer that is a text is a refusal. */
function createCaller(body: string, byName: ReadonlyMap<string, string>): Caller {
  let nowMs = Date.parse('2026-01-01T00:00:00Z')
  let seed = 1
  const next = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return seed / 0x8000_0000
  }
  const engine = createCloudFormationEngine({
    clock: { now: () => nowMs, sleep: async () => {} },
    random: {
      next,
      uuid: () =>
        'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(next() * 16).toString(16)),
    },
    speed: 1,
    fetchTemplate: (url) => Promise.resolve(url.endsWith('/itself') ? body : nested(url, byName)),
    ssmParameter: (name) => `value-of-${name}`,
  })
  return async (action, input) => {
    nowMs += 24 * 3_600_000
    try {
      return await engine.handle(action, input, CONTEXT)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}

function nested(url: string, byName: ReadonlyMap<string, string>): string | undefined {
  const file = byName.get(basename(url.split('?')[0] ?? url))
  return file === undefined ? 'Resources: { Stand: { Type: AWS::SNS::Topic } }' : readFileSync(file, 'utf8')
}

function exporting(name: string): string {
  return JSON.stringify({
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    Outputs: { Value: { Value: 'vpc-0123456789abcdef0', Export: { Name: name } } },
  })
}

async function statusOf(call: Caller): Promise<string> {
  const answer = await call('DescribeStacks', { StackName: 'stack' })
  if (typeof answer === 'string') return 'missing'
  const [stack] = answer['Stacks'] as { StackStatus: string }[]
  return stack?.StackStatus ?? 'missing'
}

async function firstFailure(call: Caller): Promise<string> {
  const events: Record<string, unknown>[] = []
  let token: unknown
  do {
    const answer = await call('DescribeStackEvents', {
      StackName: 'stack',
      ...(token === undefined ? {} : { NextToken: token }),
    })
    if (typeof answer === 'string') return answer
    events.push(...(answer['StackEvents'] as Record<string, unknown>[]))
    token = answer['NextToken']
  } while (token !== undefined)
  const failure = events.findLast((event) => /FAILED|ROLLBACK/.test(String(event['ResourceStatus'])))
  return `${String(failure?.['LogicalResourceId'])}: ${String(failure?.['ResourceStatusReason'])}`
}

await main(process.argv[2])
