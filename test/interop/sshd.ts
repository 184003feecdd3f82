import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './programs.ts'

const run = promisify(execFile)

/** OpenSSH's server on loopback, for the user who runs the tests; whoever comes in gets `git-shell` and nothing else. */
export interface RunningSshd {
  url(path: string): string
  identity: string
  /** Hashed, as `ssh-keyscan -H` writes them. */
  knownHosts: string
  /** The same line, not hashed. */
  plainKnownHosts: string
  /** Another key, which it does not let in. */
  stranger: string
  /** How OpenSSH's own client comes in; a command follows. */
  sshArgs: string[]
  /** Makes a key for all repositories in place of the one before. */
  rotate(): Promise<string>
  /** Makes a key for one repository. */
  deployKey(repository: string): Promise<string>
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
  await make('stranger', 'ecdsa')
  const shell = (await run('sh', ['-c', 'command -v git-shell'])).stdout.trim()
  const everything = `restrict,command="${shell} -c \\"$SSH_ORIGINAL_COMMAND\\""`
  const keys = new Map<string, string>()
  /** Lets a new key in, with what it may do; one of the same name goes. */
  const letIn = async (name: string, options: string): Promise<string> => {
    rmSync(join(folder, name), { force: true })
    rmSync(join(folder, `${name}.pub`), { force: true })
    await make(name, 'ed25519')
    keys.set(name, `${options} ${readFileSync(join(folder, `${name}.pub`), 'utf8').trim()}`)
    writeFileSync(join(folder, 'authorized_keys'), `${[...keys.values()].join('\n')}\n`)
    return readFileSync(join(folder, name), 'utf8')
  }
  const identity = await letIn('user', everything)
  let deployKeys = 0
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
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
  const plainKnownHosts = `[127.0.0.1]:${port} ${type} ${key.trim()}`
  writeFileSync(join(folder, 'known_hosts'), `${plainKnownHosts}\n`)
  await run('ssh-keygen', ['-q', '-H', '-f', join(folder, 'known_hosts')])
  return {
    url: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    identity,
    plainKnownHosts,
    sshArgs: ['-F', '/dev/null', '-p', String(port), '-i', join(folder, 'user')].concat(
      ['-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`],
      `${userInfo().username}@127.0.0.1`,
    ),
    rotate: () => letIn('user', everything),
    deployKey(repository) {
      deployKeys += 1
      const script = join(folder, `only-${deployKeys}`)
      const lines = [
        '#!/bin/sh',
        `[ "$SSH_ORIGINAL_COMMAND" = "git-upload-pack '${repository}'" ] || { echo "access denied" >&2; exit 128; }`,
        `exec ${shell} -c "$SSH_ORIGINAL_COMMAND"`,
      ]
      writeFileSync(script, `${lines.join('\n')}\n`, { mode: 0o755 })
      return letIn(`deploy-${deployKeys}`, `restrict,command="${script}"`)
    },
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
