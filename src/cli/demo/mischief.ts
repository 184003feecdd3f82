import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { kindByWord } from '../../api/kinds/index.ts'
import { formatKey } from '../../api/reference.ts'
import { readDemoFile, type DemoFile } from '../demo-file.ts'
import { editStored } from '../edit.ts'
import { refusal, usageError } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { withStore } from '../open.ts'
import { listRecords } from '../select.ts'
import { commitFile } from './repository.ts'
import { tricks, type Trick, type Word } from './tricks.ts'

/** Commits something that the cloud will refuse. */
export async function breakTemplate(name: string, io: Io): Promise<void> {
  const demo = await requireDemo(io)
  const known = tricks.filter(({ breaking }) => breaking && existsSync(join(demo.repository, breaking.file)))
  const trick = known.find((one) => one.name === name)
  if (trick?.breaking === undefined) {
    const names = known.map((one) => one.name).join(', ')
    throw refusal(`the demo has nothing to break in "${name}"; known: ${names}`)
  }
  const { file, message, asksFor, spoil, refusal: word } = trick.breaking
  await tell(demo, word)
  const commit = await commitFile(demo.repository, { file, message, edit: spoil })
  if (commit === undefined) throw refusal(`${file} is broken already; headwater demo fix mends it`)
  io.stdout(
    `committed ${commit.slice(0, 7)}: ${file} asks for ${asksFor}\n` +
      `see what is said of it:  npx headwater get ${wordFor(trick)} -A\nand mend it:             npx headwater demo fix\n`,
  )
}

/** Takes back what `breakTemplate` did. */
export async function fixTemplates(io: Io): Promise<void> {
  const demo = await requireDemo(io)
  for (const cloud of ['aws', 'azure'] as const)
    await tell(demo, { cloud, command: 'forget-faults', body: {} })
  let isFixed = false
  for (const { name, breaking } of tricks) {
    if (breaking === undefined || !existsSync(join(demo.repository, breaking.file))) continue
    const { file, mend } = breaking
    const commit = await commitFile(demo.repository, { file, message: `mend ${name}`, edit: mend })
    if (commit === undefined) continue
    isFixed = true
    io.stdout(`committed ${commit.slice(0, 7)}: ${file} is as it was\n`)
  }
  if (!isFixed) io.stdout('nothing is broken\n')
}

/** Changes a pretend cloud behind everybody's back, and has the controller look for it now instead of tomorrow. */
export async function causeDrift(words: string, io: Io): Promise<void> {
  const demo = await requireDemo(io)
  const [namespace = '', name = '', ...rest] = words.split('/')
  if (name === '' || rest.length > 0)
    throw usageError(`"${words}" names no object; write NAMESPACE/NAME, like eu/network`)
  await withStore(io, {}, async (store) => {
    const records = await listRecords(store)
    const found = records.find(
      (record) =>
        record.namespace === namespace &&
        record.name === name &&
        tricks.some((trick) => trick.kind === record.kind && trick.name === name),
    )
    const trick = tricks.find((one) => one.kind === found?.kind && one.name === name)
    const word = found === undefined ? undefined : trick?.handwork?.word(found)
    if (found === undefined || trick?.handwork === undefined || word === undefined) {
      const known = records.filter(({ kind, name: other }) =>
        tricks.some((one) => one.handwork !== undefined && one.kind === kind && one.name === other),
      )
      const names = known.map((one) => `${one.namespace}/${one.name}`).toSorted()
      throw refusal(`there is nothing to change by hand in ${words}; try ${names.join(', ')}`)
    }
    await tell(demo, word)
    await editStored(store, formatKey(found), (fresh) => {
      const drift = { properties: [], ...fresh.status.drift, checkedAt: 0 }
      return { ...fresh, status: { ...fresh.status, drift }, dueAt: io.clock.now() }
    })
    const policy =
      found.spec['drift'] === 'correct' ? 'drift: correct, so it is put back' : 'drift: report, so it is told'
    io.stdout(
      `somebody set ${trick.handwork.words} of ${words} by hand (${policy})\n` +
        `see what is said of it:  npx headwater events --for ${wordFor(trick)}/${name} -n ${namespace}\n`,
    )
  })
}

/** The short name of its kind. */
function wordFor({ kind }: Trick): string {
  return kindByWord(kind)?.shortNames[0] ?? kind.toLowerCase()
}

async function requireDemo(io: Io): Promise<DemoFile> {
  const demo = await readDemoFile(io)
  if (demo !== undefined) return demo
  throw refusal('no demo runs from this folder; start one with headwater demo')
}

/** Steers a pretend cloud. */
async function tell(demo: DemoFile, { cloud, command, body }: Word): Promise<void> {
  const response = await fetch(`${demo.clouds[cloud]}/_sandbox/${command}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (response.ok) return
  const answer = printable(await response.text())
  throw refusal(`the pretend ${cloud === 'aws' ? 'AWS' : 'Azure'} refused ${command}: ${answer}`)
}
