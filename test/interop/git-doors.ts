import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Doors } from '../contracts/source-access.ts'
import type { RunningGitea } from './gitea.ts'
import { startSshd } from './sshd.ts'

/** The setups of OpenSSH's server that the suites meet: what it lets through, and the type of its own key. */
export const sshdSetups = [
  { name: 'v2 with filters', takesProtocol: true, canFilter: true, keyType: 'ed25519' },
  { name: 'v2 without filters', takesProtocol: true, canFilter: false, keyType: 'ecdsa' },
  { name: 'v0, its own defaults', takesProtocol: false, canFilter: false, keyType: 'rsa' },
] as const

/** OpenSSH's server with `git-shell`. */
export function sshdDoors(path: string, setup: (typeof sshdSetups)[number]): () => Promise<Doors> {
  return async () => {
    const server = await startSshd(path, setup)
    const { identity, knownHosts, stranger, plainKnownHosts } = server
    return {
      credentials: { identity, knownHosts },
      wrong: { identity: stranger, knownHosts },
      plainKnownHosts,
      async host(repository) {
        if (existsSync(repository)) {
          const setting = ['uploadpack.allowFilter', String(setup.canFilter)]
          execFileSync('git', ['-C', repository, 'config', ...setting])
        }
        return server.url(repository)
      },
      rotate: async () => ({ identity: await server.rotate() }),
      forOne: async (repository) => ({ knownHosts, identity: await server.deployKey(repository) }),
      close: () => server.stop(),
    }
  }
}

/** A Gitea that runs already, by http and a token or by ssh and a key; closing leaves it running. */
export function giteaDoors(server: () => RunningGitea, by: 'http' | 'ssh'): () => Promise<Doors> {
  return async () => {
    const gitea = server()
    const { knownHosts, plainKnownHosts, stranger } = gitea
    const names = new Map<string, string>()
    const nameOf = async (repository: string): Promise<string> => {
      const name = names.get(repository) ?? (existsSync(repository) ? await gitea.host(repository) : 'gone')
      names.set(repository, name)
      return name
    }
    const shared = {
      async refresh(repository: string) {
        if (existsSync(repository)) await gitea.refresh(repository, await nameOf(repository))
      },
      async close() {},
    }
    if (by === 'http') {
      return {
        ...shared,
        credentials: { username: 'git', password: await gitea.newToken() },
        wrong: { username: 'git', password: 'wr0ng-canary' },
        host: async (repository) => gitea.httpUrl(await nameOf(repository)),
        rotate: async () => ({ password: await gitea.newToken() }),
      }
    }
    return {
      ...shared,
      credentials: { identity: await gitea.userKey(), knownHosts },
      wrong: { identity: stranger, knownHosts },
      plainKnownHosts,
      host: async (repository) => gitea.sshUrl(await nameOf(repository)),
      rotate: async () => ({ identity: await gitea.userKey() }),
      forOne: async (repository) => ({
        knownHosts,
        identity: await gitea.deployKey(await nameOf(repository)),
      }),
    }
  }
}
