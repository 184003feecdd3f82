import { spawn } from 'node:child_process'
import path from 'node:path'
import { Server, utils, type Connection, type ParsedKey } from 'ssh2'
import { gitEnvironment } from './git-fixture.ts'

/** An ssh server on loopback that runs git's own upload-pack. */
export interface GitSshServer {
  url(repository: string): string
  /** A key that it lets in, and one line of `known_hosts` for it. */
  identity: string
  knownHosts: string
  /** Commands that it was asked to run. */
  commands: string[]
  connections(): number
  close(): Promise<void>
}

/** A new key; ssh2 now and then makes one that it cannot read itself. */
function makeKey(): { private: string; public: string; parsed: ParsedKey } {
  for (;;) {
    const made = utils.generateKeyPairSync('ed25519')
    const parsed = utils.parseKey(made.public)
    const isReadable = !(utils.parseKey(made.private) instanceof Error)
    if (!(parsed instanceof Error) && isReadable) return { ...made, parsed }
  }
}

/** Serves the repositories below a folder. With `protocol: 0` it lets no `GIT_PROTOCOL` through, as sshd by default. */
export async function serveGitBySsh(options: {
  root: string
  protocol?: 0 | 2
  canFilter?: boolean
  hang?: boolean
}): Promise<GitSshServer> {
  const host = makeKey()
  const user = makeKey()
  const allowed = user.parsed
  const open = new Set<Connection>()
  const commands: string[] = []
  let connections = 0
  const server = new Server({ hostKeys: [host.private] }, (client) => {
    connections += 1
    open.add(client)
    client.on('close', () => open.delete(client))
    client.on('error', () => {})
    client.on('authentication', (context) => {
      const isKey = context.method === 'publickey' && context.key.data.equals(allowed.getPublicSSH())
      if (!isKey) return context.reject(['publickey'])
      if (context.signature === undefined || context.blob === undefined) return context.accept()
      return allowed.verify(context.blob, context.signature, context.hashAlgo)
        ? context.accept()
        : context.reject()
    })
    client.on('session', (accept) => {
      const session = accept()
      let protocol = ''
      session.on('env', (acceptEnv: (() => void) | undefined, _reject, { key, val }) => {
        if (key === 'GIT_PROTOCOL') protocol = val
        // There is none when no answer is asked for.
        acceptEnv?.()
      })
      session.on('exec', (acceptExec, _reject, { command }) => {
        commands.push(command)
        const channel = acceptExec()
        if (options.hang === true) return
        const repository = /^git-upload-pack '(.*)'$/.exec(command)?.[1] ?? ''
        const child = spawn('git', ['upload-pack', path.join(options.root, repository)], {
          env: {
            ...gitEnvironment(options.root),
            ...(protocol === '' || options.protocol === 0 ? {} : { GIT_PROTOCOL: protocol }),
            GIT_CONFIG_COUNT: '1',
            GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
            GIT_CONFIG_VALUE_0: String(options.canFilter ?? false),
          },
        })
        channel.pipe(child.stdin)
        child.stdin.on('error', () => {})
        child.stdout.pipe(channel, { end: false })
        child.stderr.pipe(channel.stderr, { end: false })
        channel.on('close', () => child.kill())
        child.on('close', (code) => {
          channel.exit(code ?? 1)
          channel.end()
        })
      })
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  const [type = '', key = ''] = host.public.split(' ')
  return {
    url: (repository) => `ssh://git@127.0.0.1:${port}/${repository}`,
    identity: user.private,
    knownHosts: `[127.0.0.1]:${port} ${type} ${key}`,
    commands,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        for (const client of open) client.end()
        server.close(() => resolve())
      }),
  }
}
