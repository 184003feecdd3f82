import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { formatKey } from '../../api/reference.ts'
import { readDemoFile, type DemoFile } from '../demo-file.ts'
import { editStored } from '../edit.ts'
import { refusal, usageError } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { withStore } from '../open.ts'
import { requireRecord } from '../select.ts'
import { commitFile } from './repository.ts'

const badResource = 'Outbox'
/** What SQS says to a visibility timeout beyond twelve hours; the pretend AWS is told to say it. */
const badReason =
  'Value 99999 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided. (Service: Sqs, Status Code: 400)'
const badLines = `
  # begin: broken by the demo
  ${badResource}:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 99999
  # end: broken by the demo`
const badBlock = /\n {2}# begin: broken by the demo[^]*?# end: broken by the demo/

/** Commits a template that CloudFormation will refuse. */
export async function breakTemplate(name: string, io: Io): Promise<void> {
  const demo = await requireDemo(io)
  const file = templateOf(demo, name)
  await tell(demo, 'fail-resource', {
    stackName: '*',
    logicalId: badResource,
    on: 'create',
    reason: badReason,
  })
  const commit = await commitFile(demo.repository, {
    file,
    message: `an outbox for ${name}`,
    edit: (text) => (badBlock.test(text) ? text : text.replace(/^Resources:$/m, `Resources:${badLines}`)),
  })
  if (commit === undefined) throw refusal(`${file} is broken already; headwater demo fix mends it`)
  io.stdout(
    `committed ${commit.slice(0, 7)}: ${file} asks for a queue that SQS refuses\n` +
      `see what is said of it:  npx headwater get stacks -A\nand mend it:             npx headwater demo fix\n`,
  )
}

/** Takes back what `breakTemplate` did. */
export async function fixTemplates(io: Io): Promise<void> {
  const demo = await requireDemo(io)
  await tell(demo, 'forget-faults', {})
  let isFixed = false
  for (const name of demoStacks) {
    const file = `stacks/${name}.cfn.yaml`
    if (!existsSync(join(demo.repository, file))) continue
    const edit = (text: string) => text.replace(badBlock, '')
    const commit = await commitFile(demo.repository, { file, message: `mend ${name}`, edit })
    if (commit === undefined) continue
    isFixed = true
    io.stdout(`committed ${commit.slice(0, 7)}: ${file} is as it was\n`)
  }
  if (!isFixed) io.stdout('nothing is broken\n')
}

/** What somebody might change by hand in each stack of the demo. */
const handwork: Readonly<Record<string, { logicalId: string; path: string; value: unknown }>> = {
  network: { logicalId: 'InternalSecurityGroup', path: '/SecurityGroupIngress/0/CidrIp', value: '0.0.0.0/0' },
  data: { logicalId: 'Work', path: '/VisibilityTimeout', value: 5 },
  web: { logicalId: 'TargetGroup', path: '/HealthCheckPath', value: '/' },
  api: { logicalId: 'Function', path: '/MemorySize', value: 3008 },
}

const demoStacks = Object.keys(handwork)

/** Changes the pretend cloud behind everybody's back, and has the controller look for it now instead of tomorrow. */
export async function causeDrift(words: string, io: Io): Promise<void> {
  const demo = await requireDemo(io)
  const [namespace = '', name = '', ...rest] = words.split('/')
  if (name === '' || rest.length > 0)
    throw usageError(`"${words}" names no stack; write NAMESPACE/NAME, like eu/network`)
  const reference = { kind: 'CloudFormationStack', namespace, name }
  await withStore(io, {}, async (store) => {
    const { record } = await requireRecord(store, reference)
    const change = handwork[name]
    const stackName = record.status.identity?.['stackId']
    if (change === undefined || stackName === undefined) {
      throw refusal(
        `there is nothing to change by hand in ${words}; try ${demoStacks.map((one) => `eu/${one}`).join(', ')}`,
      )
    }
    const { region } = record.spec
    await tell(demo, 'change-resource', {
      stackName,
      ...change,
      ...(typeof region === 'string' ? { region } : {}),
    })
    await editStored(store, formatKey(reference), (fresh) => {
      const drift = { properties: [], ...fresh.status.drift, checkedAt: 0 }
      return { ...fresh, status: { ...fresh.status, drift }, dueAt: io.clock.now() }
    })
    const policy =
      record.spec['drift'] === 'correct'
        ? 'drift: correct, so it is put back'
        : 'drift: report, so it is told'
    io.stdout(
      `somebody set ${change.logicalId}${change.path} of ${words} to ${JSON.stringify(change.value)} by hand (${policy})\n` +
        `see what is said of it:  npx headwater events --for stack/${name} -n ${namespace}\n`,
    )
  })
}

async function requireDemo(io: Io): Promise<DemoFile> {
  const demo = await readDemoFile(io)
  if (demo !== undefined) return demo
  throw refusal('no demo runs from this folder; start one with headwater demo')
}

function templateOf(demo: DemoFile, name: string): string {
  const file = `stacks/${name}.cfn.yaml`
  const isThere = demoStacks.includes(name) && existsSync(join(demo.repository, file))
  if (isThere) return file
  throw refusal(`the demo has no template "${name}"; known: ${demoStacks.join(', ')}`)
}

/** Steers the pretend AWS. */
async function tell(demo: DemoFile, command: string, body: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${demo.sandbox}/_sandbox/${command}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (!response.ok) throw refusal(`the pretend AWS refused ${command}: ${printable(await response.text())}`)
}
