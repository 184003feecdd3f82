import { findCondition } from '../../src/api/condition.ts'
import { listRecords } from '../../src/cli/select.ts'
import { plausibleParameters } from '../../src/template/cloudformation/plausible.ts'
import { validateTemplate } from '../../src/template/cloudformation/validate.ts'
import type { Ground } from './ground.ts'
import { region } from './repository.ts'
import type { Member } from './repository.ts'
import type { CollectionFile } from './templates.ts'

/** What became of a member. */
export interface Outcome {
  kind: 'deployed' | 'refused before any call' | 'not deployed'
  /** In one line; empty for one that is deployed. */
  cause: string
}

/** How every member stands once the controller has come to rest. */
export async function outcomesOf(
  { opened }: Pick<Ground, 'opened'>,
  members: readonly Member[],
  files: readonly CollectionFile[],
): Promise<Map<Member, Outcome>> {
  const records = new Map((await listRecords(opened.store)).map((record) => [record.name, record]))
  const bodies = new Map(files.map(({ path, body }) => [path, body]))
  const outcomes = new Map<Member, Outcome>()
  for (const member of members) {
    const record = records.get(member.name)
    const ready = findCondition(record?.status.conditions ?? [], 'Ready')
    if (record === undefined)
      outcomes.set(member, {
        kind: 'refused before any call',
        cause: firstError(files, member, bodies.get(member.path) ?? ''),
      })
    else if (ready?.status === 'True' && record.status.lastAppliedDigest === record.inputs?.digest)
      outcomes.set(member, { kind: 'deployed', cause: '' })
    else outcomes.set(member, { kind: 'not deployed', cause: oneLine(ready?.message ?? 'never looked at') })
  }
  return outcomes
}

/** What the controller takes for changed by hand, as `path: resource property`. Nobody changed anything. */
export async function driftOf(
  { opened }: Pick<Ground, 'opened'>,
  members: readonly Member[],
): Promise<{ checked: number; drifted: string[] }> {
  const records = new Map((await listRecords(opened.store)).map((record) => [record.name, record]))
  const drifts = members.map(({ name, path }) => ({ path, drift: records.get(name)?.status.drift }))
  return {
    checked: drifts.filter(({ drift }) => drift !== undefined).length,
    drifted: drifts.flatMap(({ path, drift }) =>
      (drift?.properties ?? []).map(({ resource, path: property }) => `${path}: ${resource} ${property}`),
    ),
  }
}

/** The stacks that exist in the members' accounts, as `account/name status`. */
export async function stacksLeft(
  { sandbox }: Pick<Ground, 'sandbox'>,
  members: readonly Member[],
): Promise<string[]> {
  const left: string[] = []
  for (const { account } of members) {
    const principalArn = `arn:aws:iam::${account}:root`
    const answer = await sandbox.engine.handle(
      'DescribeStacks',
      {},
      { account, region, principalArn, requestId: 'count' },
    )
    const stacks = answer['Stacks'] as { StackName: string; StackStatus: string }[]
    left.push(...stacks.map((stack) => `${account}/${stack.StackName} ${stack.StackStatus}`))
  }
  return left
}

function firstError(files: readonly CollectionFile[], member: Member, body: string): string {
  const file = files.find(({ path }) => path === member.path)
  const parameters = file?.kind === 'template' ? plausibleParameters(file.template) : {}
  const capabilities = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']
  const error = validateTemplate({ body, parameters, capabilities }).find(
    ({ severity }) => severity === 'error',
  )
  return error === undefined ? 'the document was not applied' : `${error.path}: ${error.message}`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}
