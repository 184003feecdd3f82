import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { createSeededRandom } from '../../test/support/virtual-clock.ts'
import { gitEnvironment } from '../../test/git-fixture.ts'

const run = promisify(execFile)

/** The repositories of the bench, in one folder. */
export interface BenchRepositories {
  root: string
  /** The folder that is read of the monorepo. */
  monorepoFolder: string
  /** The folder that is read of the one without filters. */
  largeFolder: string
}

export const monorepoFolder = 'apps/team-07/svc-13/deploy'
export const largeFolder = 'models/m-007'

/** Makes what is not there yet: seeded, so that every machine measures the same. Gigabytes and minutes at full size. */
export async function makeRepositories(root: string, scale: number): Promise<BenchRepositories> {
  await mkdir(root, { recursive: true })
  await once(root, 'refs.git', (directory) => makeRefs(directory, Math.round(20_000 * scale)))
  await once(root, 'mono.git', (directory) => makeMonorepo(directory, scale))
  await once(root, 'large.git', (directory) => makeLarge(directory, Math.round(200 * scale)))
  await once(root, 'small.git', (directory) => makeSmall(directory))
  for (let copy = 0; copy < 100; copy += 1) {
    await once(root, `small-${copy}.git`, (directory) =>
      cp(path.join(root, 'small.git'), directory, { recursive: true }),
    )
  }
  return { root, monorepoFolder, largeFolder }
}

async function once(root: string, name: string, make: (directory: string) => Promise<void>): Promise<void> {
  const done = path.join(root, `${name}.done`)
  const isDone = await stat(done).then(
    () => true,
    () => false,
  )
  if (isDone) return
  const directory = path.join(root, name)
  await rm(directory, { recursive: true, force: true })
  await make(directory)
  await writeFile(done, '')
}

/** Runs git in a repository, with nobody's configuration. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const options = { cwd: directory, env: gitEnvironment(directory), maxBuffer: 1 << 28 }
  return (await run('git', args, options)).stdout.trim()
}

async function init(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await git(directory, 'init', '--quiet', '--bare', '-b', 'main')
}

/** Feeds `git fast-import` with what `write` yields. */
async function fastImport(directory: string, parts: Iterable<Buffer | string>): Promise<void> {
  await init(directory)
  const child = spawn('git', ['-c', 'core.compression=1', 'fast-import', '--quiet', '--done'], {
    cwd: directory,
    env: gitEnvironment(directory),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  for (const part of parts) {
    if (!child.stdin.write(part)) await new Promise((resolve) => child.stdin.once('drain', resolve))
  }
  child.stdin.end('done\n')
  const code = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)
  await git(directory, 'config', 'gc.auto', '0')
  await git(directory, 'config', 'uploadpack.allowFilter', 'true')
}

const committer = 'committer Ana <ana@example.com> 1760000000 +0000\n'

function commit(message: string): string {
  return `commit refs/heads/main\n${committer}data ${message.length}\n${message}\n`
}

function file(name: string, content: Buffer): Buffer[] {
  return [Buffer.from(`M 100644 inline ${name}\ndata ${content.length}\n`), content, Buffer.from('\n')]
}

/** A commit with many refs on it. */
async function makeRefs(directory: string, count: number): Promise<void> {
  await fastImport(
    directory,
    (function* () {
      yield commit('one')
      yield* file('a.yaml', Buffer.from('a: 1\n'))
      for (let ref = 0; ref < count; ref += 1) {
        yield `reset refs/${ref % 2 === 0 ? 'heads/feature' : 'pull'}/${ref}/head\nfrom refs/heads/main\n\n`
      }
    })(),
  )
  await git(directory, 'pack-refs', '--all')
}

/** 25 teams with 40 services with 10 folders with 30 files of 6.3 KB each: 300,000 files, 1.9 GB; two commits. */
async function makeMonorepo(directory: string, scale: number): Promise<void> {
  const random = createSeededRandom(2026)
  const words = Array.from({ length: 4000 }, () => Math.floor(random.next() * 1e9).toString(36))
  const text = (bytes: number): Buffer => {
    const parts: string[] = []
    for (let size = 0; size < bytes;) {
      const word = words[Math.floor(random.next() * words.length)] ?? ''
      parts.push(word)
      size += word.length + 1
    }
    return Buffer.from(parts.join(' ').slice(0, bytes))
  }
  const teams = Math.max(8, Math.round(25 * scale))
  const folders = ['deploy', 'src', 'test', 'docs', 'api', 'web', 'lib', 'tools', 'data', 'assets']
  const pad = (value: number) => String(value).padStart(2, '0')
  await fastImport(
    directory,
    (function* () {
      yield commit('all of it')
      for (let team = 0; team < teams; team += 1) {
        for (let service = 0; service < 40; service += 1) {
          for (const folder of folders) {
            for (let index = 0; index < 30; index += 1) {
              const name = `apps/team-${pad(team)}/svc-${pad(service)}/${folder}/file-${pad(index)}.yaml`
              yield* file(name, text(folder === 'deploy' ? 700 : 6900))
            }
          }
        }
      }
      yield commit('two files')
      yield* file(`${monorepoFolder}/file-03.yaml`, text(700))
      yield* file(`${monorepoFolder}/file-04.yaml`, text(700))
      yield* file('apps/team-01/svc-01/src/file-01.yaml', text(6900))
    })(),
  )
  await git(directory, 'branch', 'before', 'main~1')
  await git(directory, 'repack', '-q', '-a', '-d', '-b')
}

/** Binary files that do not compress. */
async function makeLarge(directory: string, megabytes: number): Promise<void> {
  const random = createSeededRandom(200)
  const noise = (bytes: number): Buffer => {
    const buffer = Buffer.allocUnsafe(bytes)
    for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(Math.floor(random.next() * 2 ** 32), at)
    return buffer
  }
  await fastImport(
    directory,
    (function* () {
      yield commit('models')
      for (let model = 0; model < megabytes; model += 1) {
        const folder = `models/m-${String(model).padStart(3, '0')}`
        yield* file(`${folder}/weights.bin`, noise(1_040_000))
        yield* file(`${folder}/model.yaml`, Buffer.from(`name: m-${model}\n`))
      }
    })(),
  )
  await git(directory, 'config', 'uploadpack.allowFilter', 'false')
  await git(directory, 'repack', '-q', '-a', '-d')
}

async function makeSmall(directory: string): Promise<void> {
  await fastImport(directory, [commit('one'), ...file('a.yaml', Buffer.from('a: 1\n'))])
}
