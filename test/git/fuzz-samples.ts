import path from 'node:path'
import { readPackets } from '../../src/source/git/wire/packets.ts'
import type { OpenWire } from '../../src/source/git/wire/wire.ts'
import { createGitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpOptions } from '../git-http.ts'
import { outcomeOf, type Questions, type Said } from './fuzz-replay.ts'

/** What a real server said to some questions, and what came of it. */
export interface Sample extends Said {
  name: string
  questions: Questions
  /** What each question must give. */
  wanted: readonly string[]
}

/** Records what git's own server answers, in each version of the protocol, with and without filters. */
export async function recordSamples(): Promise<Sample[]> {
  const fixture = await createGitFixture()
  try {
    const rows = Array.from({ length: 60 }, (_, row) => `row ${row} ${(row * 7919) % 997}`)
    // A folder with enough names that it is sent as a delta, and one content for all of them.
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`b/file-${index}.txt`, 'x\n']))
    await fixture.commit({ 'a.txt': rows.join('\n'), 'b/c.txt': 'c\n', 'd/e/f.txt': 'f\n', ...many })
    rows[30] = 'changed'
    const before = await fixture.commit({ 'a.txt': rows.join('\n') })
    rows[10] = 'changed too'
    await fixture.commit({ 'a.txt': rows.join('\n'), 'b/c.txt': 'c 2\n' })
    await fixture.git('tag', '-a', '-m', 'one', 'v1.0.0')
    await fixture.git('repack', '-q', '-a', '-d', '-f', '--depth=10')
    const commit = await fixture.git('rev-parse', 'HEAD')
    const kinds: { name: string; server: Omit<GitHttpOptions, 'root'>; paths: string[] }[] = [
      { name: 'v2, parts', server: { canFilter: true }, paths: ['a.txt', 'b', 'd/e'] },
      { name: 'v2, all', server: { canFilter: true }, paths: [''] },
      { name: 'v2 without filters', server: {}, paths: [''] },
      { name: 'v1', server: { protocol: 1 }, paths: [''] },
      { name: 'v0', server: { protocol: 0 }, paths: [''] },
    ]
    const samples: Sample[] = []
    for (const { name, server, paths } of kinds) {
      const questions = { branch: 'main', range: '1.x', before, commit, paths }
      samples.push(await record(name, fixture.directory, server, questions))
    }
    return samples
  } finally {
    await fixture.remove()
  }
}

async function record(
  name: string,
  directory: string,
  options: Omit<GitHttpOptions, 'root'>,
  questions: Questions,
): Promise<Sample> {
  const server = await serveGit({ root: path.dirname(directory), ...options })
  const url = server.url('repository/.git')
  const said: { greetings: Buffer[]; answers: Buffer[] } = { greetings: [], answers: [] }
  const ask = async (at: string, body?: string) => {
    const headers = {
      'git-protocol': 'version=2',
      ...(body === undefined ? {} : { 'content-type': 'application/x-git-upload-pack-request' }),
    }
    const init = body === undefined ? { headers } : { method: 'POST', headers, body }
    const bytes = Buffer.from(await (await fetch(`${url}${at}`, init)).arrayBuffer())
    said[body === undefined ? 'greetings' : 'answers'].push(bytes)
    return readPackets(
      (async function* () {
        yield bytes
      })(),
      'host',
    )
  }
  const openWire: OpenWire = () => ({
    where: 'host',
    traffic: { requests: 0, receivedBytes: 0, sentBytes: 0 },
    isStateless: true,
    close: () => {},
    greet: () => ask('/info/refs?service=git-upload-pack'),
    ask: (request) => ask('/git-upload-pack', request),
  })
  try {
    const wanted = await outcomeOf(openWire, questions)
    return { name, questions, ...said, wanted }
  } finally {
    await server.close()
  }
}
