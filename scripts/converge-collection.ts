/**
 * Deploys every template below a folder through the whole controller into the sandbox, changes all stacks, looks for
 * drift that nobody made, takes all of them out of git again, and prints counts, times and what failed:
 *   node scripts/converge-collection.ts DIR [SPEED]
 * Each template is a CloudFormationStack document in a git repository, with an account of its own (`deployAs`); what
 * has no default gets a plausible value, imported values are exported by a stack that it depends on, nested templates
 * of the collection are put into the sandbox's S3. The sandbox is SPEED (default 5) times as fast as AWS. Ends with 1
 * unless all came to rest and the cloud is empty.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { editStored } from '../src/cli/edit.ts'
import { rootKeys } from '../src/compose/root.ts'
import type { Ground } from './collection/ground.ts'
import { layGround, uploadNested } from './collection/ground.ts'
import type { Outcome } from './collection/outcome.ts'
import { driftOf, outcomesOf, stacksLeft } from './collection/outcome.ts'
import type { Member } from './collection/repository.ts'
import { createRepository, namespace } from './collection/repository.ts'
import type { CollectionFile } from './collection/templates.ts'
import { readCollection } from './collection/templates.ts'

/** Longer than any of the templates takes, in milliseconds of the sandbox's time. */
const patienceMs = 6 * 3_600_000
/** How often drift is looked for where a document does not say it, in milliseconds. */
const driftIntervalMs = 24 * 3_600_000
const kustomization = `Kustomization/${namespace}/collection`

async function main(dir: string | undefined, speed: number): Promise<void> {
  if (dir === undefined || !(speed > 0))
    throw new Error('usage: node scripts/converge-collection.ts DIR [SPEED]')
  const folder = await mkdtemp(join(tmpdir(), 'headwater-collection-'))
  const files = readCollection(dir)
  const repository = await createRepository(join(folder, 'fleet'), files)
  const { members } = repository
  const ground = await layGround(repository.directory, speed)
  try {
    printFiles(files, members)
    await uploadNested(ground.sandbox, members, files)
    await phase('deploy', ground)
    const before = await outcomesOf(ground, members, files)
    printOutcomes(before)
    await phase('again', ground, () => pull(ground))
    await repository.tagAll('revision', 'two')
    await phase('change', ground, () => pull(ground))
    printOutcomes(await outcomesOf(ground, members, files), before)
    await phase('look for drift', ground, async () => ground.clock.advance(driftIntervalMs))
    const { checked, drifted } = await driftOf(ground, members)
    print(checked, 'looked at')
    printAll(drifted, 'properties drifted')

    await repository.removeDocuments()
    await phase('remove', ground, () => pull(ground))
    await phase('remove, approved', ground, () => approve(ground))
    const left = await stacksLeft(ground, members)
    printAll(left, 'stacks left')
    if (left.length > 0) process.exitCode = 1
  } finally {
    await ground.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function printFiles(files: readonly CollectionFile[], members: readonly Member[]): void {
  for (const [kind, group] of Map.groupBy(files, ({ kind }) => kind)) print(group.length, `files: ${kind}`)
  const among = (what: string, isOne: (member: Member) => boolean) =>
    print(members.filter(isOne).length, `templates ${what}`)
  among('over 51,200 bytes', ({ isLarge }) => isLarge)
  among('that import values', ({ needs }) => needs.exports.length > 0)
  among('with nested ones', ({ needs }) => needs.urls.length > 0)
  among('with a macro or AWS::Serverless, not run', ({ transforms }) =>
    transforms.some((name) => name !== 'AWS::Include' && name !== 'AWS::LanguageExtensions'),
  )
}

/** Counts, and the causes that were not told before. */
function printOutcomes(
  outcomes: ReadonlyMap<Member, Outcome>,
  before: ReadonlyMap<Member, Outcome> = new Map(),
): void {
  for (const [kind, group] of Map.groupBy(outcomes, ([, outcome]) => outcome.kind)) {
    print(group.length, kind)
    for (const [member, { cause }] of group)
      if (cause !== '' && before.get(member)?.cause !== cause)
        process.stdout.write(`  ${member.path}: ${cause}\n`)
  }
}

/** Begins something, waits until all has come to rest, and says what that took. */
async function phase(name: string, ground: Ground, begin?: () => Promise<void>): Promise<void> {
  const { clock, sandbox } = ground
  const began = { wall: performance.now(), clock: clock.now() }
  sandbox.calls.clear()
  await begin?.()
  const isAtRest = await ground.settle(patienceMs)
  const wallS = ((performance.now() - began.wall) / 1_000).toFixed(1)
  const virtualMin = ((clock.now() - began.clock) / 60_000).toFixed(0)
  const { total, mutating } = sandbox.calls.counts({ service: 'cloudformation' })
  process.stdout.write(
    `\n${name}: ${wallS} s, ${virtualMin} min by the sandbox's clock, ${total} calls to CloudFormation, ${mutating} of them mutating${isAtRest ? '' : '; NOT at rest'}\n`,
  )
  if (!isAtRest) process.exitCode = 1
}

/** Has the repository looked at now and not at its next turn. */
async function pull({ opened }: Ground): Promise<void> {
  await opened.controller.markDue([rootKeys.source])
}

/** Says yes to a removal that is held because it is of so many. */
async function approve({ opened, clock }: Ground): Promise<void> {
  const record = await editStored(opened.store, kustomization, (found) =>
    found.status.held === undefined
      ? found
      : {
          ...found,
          approval: { token: found.status.held.token, by: 'collection', at: clock.now() },
          dueAt: clock.now(),
        },
  )
  if (record?.approval === undefined) throw new Error(`${kustomization} holds nothing`)
}

function print(count: number, what: string): void {
  process.stdout.write(`${String(count).padStart(5)}  ${what}\n`)
}

function printAll(lines: readonly string[], what: string): void {
  print(lines.length, what)
  for (const line of lines) process.stdout.write(`  ${line}\n`)
}

await main(process.argv[2], Number(process.argv[3] ?? 5))
