import { execFile } from 'node:child_process'
import { expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource } from '../../src/source/index.ts'
import type { Source, SourceCredentials } from '../../src/source/source.ts'
import { accessContract } from '../contracts/source-access.ts'
import { sourceContract } from '../contracts/source.ts'
import { sshdDoors, sshdSetups } from './git-doors.ts'
import { describeWith } from './programs.ts'
import { startSshd } from './sshd.ts'

const clock = createSystemClock()

function open(url: string, credentials: SourceCredentials): Source {
  const policy = { allow: new Set(['loopback'] as const), trusted: [] }
  return createGitSource({ url, credentials, timeoutMs: 30_000 }, { clock, policy })
}

describeWith(['sshd'], 'git by OpenSSH', ({ sshd: path }) => {
  for (const setup of sshdSetups) {
    const createDoors = sshdDoors(path, setup)
    sourceContract(`OpenSSH, ${setup.name}`, async () => {
      const doors = await createDoors()
      const sources: Source[] = []
      return {
        async open(repository) {
          const source = open(await doors.host(repository), doors.credentials)
          sources.push(source)
          return source
        },
        async close() {
          for (const source of sources) await source.close?.()
          await doors.close()
        },
      }
    })
    accessContract(`OpenSSH, ${setup.name}`, createDoors, { deployKeys: true, hostKeys: true })
  }

  it('what they meet is git-shell: it runs nothing but git', async () => {
    const server = await startSshd(path, { takesProtocol: true, keyType: 'ed25519' })
    const complaint = await new Promise<string>((resolve) => {
      execFile('ssh', [...server.sshArgs, 'whoami'], (error, stdout, stderr) =>
        resolve(error === null ? `ran: ${stdout}` : stderr),
      )
    })
    await server.stop()
    expect(complaint).toContain("unrecognized command 'whoami'")
  })
})
