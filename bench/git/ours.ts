/**
 * What we do, in a process of its own: `heads URL COUNT`, `bare URL COUNT` (what Node's client alone needs for the same),
 * `many BASE COUNT`, `files URL BRANCH PATH [SHELF-FOLDER]`.
 * Prints one line of JSON.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { createSystemClock } from '../../src/compose/system.ts'
import { personalPolicy, sourceOpener } from '../../src/source/index.ts'
import type { HostFacts, ObjectShelf, ShelfPointer } from '../../src/source/source.ts'

const [verb = '', url = '', ...rest] = process.argv.slice(2)
const open = sourceOpener({ clock: createSystemClock(), policy: personalPolicy })
const timeoutMs = 600_000

if (verb === 'heads') await heads(Number(rest[0]))
else if (verb === 'bare') await bare(Number(rest[0]))
else if (verb === 'many') await many(Number(rest[0]))
else await files(rest[0] ?? 'main', rest[1] ?? '', rest[2])

/** One source that is asked again and again, as a daemon or a warm function does. */
async function heads(count: number): Promise<void> {
  const source = open({ url, timeoutMs })
  await measured(count, async () => {
    await source.head({ branch: 'main' })
  })
}

/** The request of such a look and its answer, by Node's client and nothing else. */
async function bare(count: number): Promise<void> {
  const agent = new http.Agent({ keepAlive: true })
  const body = [
    '0014command=ls-refs\n',
    '0001',
    '0009peel\n',
    '001fref-prefix refs/heads/main\n',
    '0000',
  ].join('')
  const headers = {
    'git-protocol': 'version=2',
    'content-type': 'application/x-git-upload-pack-request',
    'content-length': String(body.length),
  }
  const look = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        `${url}/git-upload-pack`,
        { method: 'POST', agent, headers },
        (response) => {
          response.on('data', () => {}).on('end', resolve)
        },
      )
      request.on('error', reject).end(body)
    })
  await measured(count, look)
  agent.destroy()
}

/** Medians of wall and processor time, in milliseconds. */
async function measured(count: number, look: () => Promise<void>): Promise<void> {
  const walls: number[] = []
  const cpus: number[] = []
  for (let done = 0; done < count; done += 1) {
    const began = performance.now()
    const cpu = process.cpuUsage()
    await look()
    const { user, system } = process.cpuUsage(cpu)
    walls.push(performance.now() - began)
    cpus.push((user + system) / 1000)
  }
  const middle = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(count / 2)]
  print({ wallMs: middle(walls), cpuMs: middle(cpus) })
}

async function many(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `${url}/small-${index}.git`)
  const heads = await Promise.all(
    names.map((name) => open({ url: name, timeoutMs }).head({ branch: 'main' })),
  )
  print({ heads: heads.length })
}

async function files(branch: string, folder: string, kept: string | undefined): Promise<void> {
  const known = kept === undefined ? {} : await load(kept)
  const source = open({ url, timeoutMs, ...(known.facts === undefined ? {} : { facts: known.facts }) })
  const { commit } = await source.head({ branch })
  const shelf: ObjectShelf = {
    pointer: known.pointer,
    get: (sha256) => readFile(path.join(kept ?? '', sha256)),
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await writeFile(path.join(kept ?? '', sha256), bytes)
      return sha256
    },
  }
  const found = await source.files(commit, [folder], kept === undefined ? {} : { shelf })
  if (kept !== undefined) {
    await writeFile(
      path.join(kept, 'known.json'),
      JSON.stringify({ facts: source.facts?.(), pointer: shelf.pointer }),
    )
  }
  print({ files: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes.length, 0) })
}

async function load(folder: string): Promise<{ facts?: HostFacts; pointer?: ShelfPointer }> {
  await mkdir(folder, { recursive: true })
  try {
    return JSON.parse(await readFile(path.join(folder, 'known.json'), 'utf8')) as { facts?: HostFacts }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
