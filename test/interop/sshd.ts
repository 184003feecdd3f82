import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './programs.ts'

const run = promisify(execFile)

/** OpenSSH's server on loopback, for the user who runs the tests. */
export interface RunningSshd {
  url(path: string): string
  identity: string
  /** Hashed, as `ssh-keyscan -H` writes them. */
  knownHosts: string
  /** Another key, which it does not let in. */
  stranger: string
  stop(): Promise<void>
}

/** Starts one; without `takesProtocol` it lets no `GIT_PROTOCOL` through, which is what its own defaults do. */
export async function startSshd(
  path: string,
  options: { takesProtocol: boolean; keyType: string },
): Promise<RunningSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-sshd-'))
  const port = await freePort()
  const make = (name: string, type: string) =>
    run('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', join(folder, name)])
  await make('host', options.keyType)
  await make('user', 'ed25519')
  await make('stranger', 'ecdsa')
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    ...(options.takesProtocol ? ['AcceptEnv GIT_PROTOCOL'] : []),
  ]
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const child: ChildProcess = spawn(path, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' })
  await listening(port)
  const [type = '', key = ''] = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ')
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  await run('ssh-keygen', ['-q', '-H', '-f', join(folder, 'known_hosts')])
  return {
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    identity: readFileSync(join(folder, 'user'), 'utf8'),
    stranger: readFileSync(join(folder, 'stranger'), 'utf8'),
    knownHosts: readFileSync(join(folder, 'known_hosts'), 'utf8'),
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves once somebody listens. */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port })
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await sleep(100)
  }
  throw new Error(`nobody listens on port ${port}`)
}
