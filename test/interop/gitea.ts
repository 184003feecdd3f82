import { execFile, spawn, type ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gitEnvironment } from '../git-fixture.ts'
import { freePort } from './programs.ts'
import { listening } from './sshd.ts'

const run = promisify(execFile)

/** A Gitea of one suite, with one user who owns all repositories. */
export interface RunningGitea {
  /** Makes a private repository that holds what another one on this disk does, refs of every kind too. */
  host(directory: string): Promise<string>
  /** Brings what was committed since. */
  refresh(directory: string, name: string): Promise<void>
  httpUrl(name: string): string
  sshUrl(name: string): string
  user: string
  password: string
  /** A token that may read repositories, and one that may not. */
  token: string
  powerless: string
  /** A deploy key of a repository. */
  deployKey(name: string): Promise<string>
  /** A key of the user, in place of the one before. */
  userKey(): Promise<string>
  /** A token that may read, in place of the one before. */
  newToken(): Promise<string>
  /** A key that it does not let in. */
  stranger: string
  /** Hashed, and not. */
  knownHosts: string
  plainKnownHosts: string
  stop(): Promise<void>
}

const user = 'ana'
const password = 'pw-12345678'
/** Gitea refuses to be root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined

/** Starts Gitea on 127.0.0.1; what lies beside its binary (templates, options) is taken from there. */
export async function startGitea(path: string): Promise<RunningGitea> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-gitea-'))
  const [httpPort, sshPort] = [await freePort(), await freePort()]
  for (const name of ['home', 'data', 'data/ssh']) mkdirSync(join(folder, name))
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'data/ssh/host')])
  cpSync(path, join(folder, 'gitea'))
  for (const name of ['options', 'templates', 'public']) {
    cpSync(join(dirname(path), name), join(folder, 'static', name), { recursive: true })
  }
  const name = nobody === undefined ? userInfo().username : 'nobody'
  const config = [
    'RUN_MODE=prod',
    `RUN_USER=${name}`,
    `WORK_PATH=${folder}`,
    '[server]',
    'HTTP_ADDR=127.0.0.1',
    `HTTP_PORT=${httpPort}`,
    `ROOT_URL=http://127.0.0.1:${httpPort}/`,
    `STATIC_ROOT_PATH=${join(folder, 'static')}`,
    'OFFLINE_MODE=true',
    'START_SSH_SERVER=true',
    'SSH_LISTEN_HOST=127.0.0.1',
    `SSH_PORT=${sshPort}`,
    `SSH_LISTEN_PORT=${sshPort}`,
    'SSH_SERVER_HOST_KEYS=ssh/host',
    '[database]',
    'DB_TYPE=sqlite3',
    `PATH=${join(folder, 'data/gitea.db')}`,
    '[security]',
    'INSTALL_LOCK=true',
    'SECRET_KEY=test-only',
    '[cron.update_checker]',
    'ENABLED=false',
    '[log]',
    'LEVEL=Warn',
  ]
  writeFileSync(join(folder, 'app.ini'), `${config.join('\n')}\n`)
  chmodSync(folder, 0o755)
  await own(folder)
  const options = {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: join(folder, 'home'), GITEA_WORK_DIR: folder },
    ...nobody,
  }
  const gitea = (...args: string[]) =>
    run(join(folder, 'gitea'), ['-c', join(folder, 'app.ini'), ...args], options)
  await gitea('migrate')
  await gitea(
    'admin',
    'user',
    'create',
    '--username',
    user,
    '--password',
    password,
    '--email',
    'a@b.invalid',
    '--admin',
    '--must-change-password=false',
  )
  const makeToken = async (token: string, scopes: string) => {
    const args = [
      'admin',
      'user',
      'generate-access-token',
      '--username',
      user,
      '--raw',
      '--token-name',
      token,
    ]
    return (await gitea(...args, '--scopes', scopes)).stdout.trim()
  }
  const admin = await makeToken('admin', 'all')
  const token = await makeToken('reader', 'read:repository')
  const powerless = await makeToken('powerless', 'read:misc')
  const child: ChildProcess = spawn(join(folder, 'gitea'), ['-c', join(folder, 'app.ini'), 'web'], {
    ...options,
    stdio: 'ignore',
  })
  await listening(httpPort)
  await listening(sshPort)
  const api = async (
    method: string,
    at: string,
    body?: unknown,
    authorization = `token ${admin}`,
  ): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/api/v1${at}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`Gitea: ${method} ${at} answers ${response.status}: ${await response.text()}`)
    return response.status === 204 ? undefined : response.json()
  }
  const [type = '', key = ''] = readFileSync(join(folder, 'data/ssh/host.pub'), 'utf8').split(' ')
  const plainKnownHosts = `[127.0.0.1]:${sshPort} ${type} ${key.trim()}`
  writeFileSync(join(folder, 'known_hosts'), `${plainKnownHosts}\n`)
  await run('ssh-keygen', ['-q', '-H', '-f', join(folder, 'known_hosts')])
  const makeKey = async (file: string): Promise<{ identity: string; public: string }> => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, file)])
    return {
      identity: readFileSync(join(folder, file), 'utf8'),
      public: readFileSync(join(folder, `${file}.pub`), 'utf8').trim(),
    }
  }
  const stranger = await makeKey('stranger')
  let count = 0
  let keyCount = 0
  let userKeyId: number | undefined
  let tokenName = 'reader'
  return {
    user,
    password,
    token,
    powerless,
    stranger: stranger.identity,
    knownHosts: readFileSync(join(folder, 'known_hosts'), 'utf8'),
    plainKnownHosts,
    httpUrl: (repository) => `http://127.0.0.1:${httpPort}/${user}/${repository}.git`,
    sshUrl: (repository) => `ssh://${name}@127.0.0.1:${sshPort}/${user}/${repository}.git`,
    async host(directory) {
      count += 1
      const made = `r${count}`
      await api('POST', '/user/repos', { name: made, private: true })
      const bare = join(folder, 'data/gitea-repositories', user, `${made}.git`)
      // Into its store, past its hooks, which let nobody push to refs/pull.
      await sync(directory, bare)
      return made
    },
    refresh: (directory, repository) =>
      sync(directory, join(folder, 'data/gitea-repositories', user, `${repository}.git`)),
    async deployKey(repository) {
      const made = await makeKey(`deploy-${(keyCount += 1)}`)
      const body = { title: `deploy ${keyCount}`, key: made.public, read_only: true }
      await api('POST', `/repos/${user}/${repository}/keys`, body)
      return made.identity
    },
    async userKey() {
      if (userKeyId !== undefined) await api('DELETE', `/user/keys/${userKeyId}`)
      const made = await makeKey(`user-${(keyCount += 1)}`)
      const { id } = (await api('POST', '/user/keys', { title: `user ${keyCount}`, key: made.public })) as {
        id: number
      }
      userKeyId = id
      return made.identity
    },
    async newToken() {
      // Tokens are managed by the password alone.
      const byPassword = `Basic ${btoa(`${user}:${password}`)}`
      await api('DELETE', `/users/${user}/tokens/${tokenName}`, undefined, byPassword)
      tokenName = `reader-${(keyCount += 1)}`
      return makeToken(tokenName, 'read:repository')
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(10_000)])
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }

  async function sync(directory: string, bare: string): Promise<void> {
    const env = {
      ...gitEnvironment(folder),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    }
    await run('git', ['-C', bare, 'fetch', '--quiet', '--force', '--prune', directory, '+refs/*:refs/*'], {
      env,
    })
    await own(bare)
  }
}

async function own(folder: string): Promise<void> {
  if (nobody === undefined) return
  chownSync(folder, nobody.uid, nobody.gid)
  await run('chown', ['-R', `${nobody.uid}:${nobody.gid}`, folder])
}
