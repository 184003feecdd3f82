import { connect, type Socket } from 'node:net'
import type { Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2'
import { HeadwaterError, stalled, transient } from '../../../api/errors.ts'
import type { SourceCredentials } from '../../source.ts'
import { createAddressGuard, type Resolve } from '../http/guard.ts'
import { tooSlow, type GitLimits } from '../limits.ts'
import { forbidden, type Allowance } from '../policy.ts'
import { readPackets, type PacketReader } from '../wire/packets.ts'
import { remoteRefusal } from '../wire/refusal.ts'
import type { OpenWire, Traffic } from '../wire/wire.ts'
import { readKnownHosts, type HostVerdict } from './known-hosts.ts'

/** How a repository is reached by ssh. */
export interface SshWireOptions {
  where: string
  user: string
  host: string
  port: number
  path: string
  credentials?: SourceCredentials | undefined
  allow: ReadonlySet<Allowance>
  limits: GitLimits
  traffic: Traffic
  /** How names are resolved; default: by the system. */
  resolve?: Resolve | undefined
}

/** A connection that channels are opened on. */
interface Connection {
  client: Client
  socket: Socket
  /** Why it ended, once it did. */
  failure?: HeadwaterError
  /** Wires that use it now. */
  users: number
  /** Ends with its last user: a look wanted another. */
  isRetired?: boolean
}

/** Keys of hosts that are taken, the strongest first; `ssh-rsa` with SHA-1 is not among them. */
const hostKeys: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/**
 * Opens wires over one kept ssh connection, a channel each. A server asks for the key only when a connection begins, so
 * each look begins one: a key that was taken away is refused at the next look.
 */
export function openSshWires(options: SshWireOptions): { open: OpenWire; close(): void } {
  const { where, path, limits, traffic } = options
  let kept: Promise<Connection> | undefined
  const retire = (connection: Connection): void => {
    connection.isRetired = true
    if (connection.users === 0) connection.client.end()
  }
  const connected = (signal: AbortSignal, isLook: boolean): Promise<Connection> => {
    if (kept !== undefined && !isLook) return kept
    kept?.then(retire, () => undefined)
    const connection = openConnection(options, signal)
    kept = connection
    connection.then(
      ({ client }) => client.once('close', () => forget(connection)),
      () => forget(connection),
    )
    return connection
  }
  const forget = (connection: Promise<Connection>): void => {
    if (kept === connection) kept = undefined
  }
  return {
    close() {
      kept?.then(
        ({ client }) => client.end(),
        () => undefined,
      )
      kept = undefined
    },
    open(signal, { isLook = false } = {}) {
      let channel: ClientChannel | undefined
      let connection: Connection | undefined
      let packets: PacketReader | undefined
      let isFinished = true
      const abort = (): void => void connection?.socket.destroy()
      signal.addEventListener('abort', abort, { once: true })
      const end = {
        finish: async () => void (isFinished = true),
        close: () => {
          if (!isFinished) channel?.destroy()
        },
      }
      return {
        where,
        traffic,
        isStateless: false,
        close() {
          signal.removeEventListener('abort', abort)
          channel?.end()
          channel?.destroy()
          if (connection === undefined) return
          // A connection that nobody waits for does not keep the process.
          if ((connection.users -= 1) === 0) connection.socket.unref()
          if (connection.isRetired === true) retire(connection)
          connection = undefined
        },
        async greet() {
          channel?.destroy()
          if (connection === undefined || connection.failure !== undefined) {
            connection = await connected(signal, isLook)
            connection.users += 1
          }
          connection.socket.ref()
          const opened = await openChannel(connection.client, path, where)
          channel = opened
          traffic.requests += 1
          isFinished = false
          packets = readPackets(chunksOf(opened, { connection, where, traffic, signal }), where, end)
          return packets
        },
        async ask(request) {
          if (channel === undefined || packets === undefined) throw new Error('ssh: asked before greeted')
          traffic.requests += 1
          traffic.sentBytes += Buffer.byteLength(request)
          isFinished = false
          channel.write(request)
          return packets
        },
      }
    },
  }

  async function openConnection(ports: SshWireOptions, signal: AbortSignal): Promise<Connection> {
    const { default: ssh2 } = await import('ssh2')
    const { host, port, user, credentials, allow } = ports
    const guard = createAddressGuard({ where, allow, resolve: ports.resolve })
    guard.checkHost(host)
    const known = readKnownHosts(credentials?.knownHosts ?? '', host, port)
    if (known.types.length === 0 && !allow.has('unknown-hosts')) {
      throw forbidden(
        where,
        'is a host whose key is not known; put its lines of known_hosts into secretRef as "known_hosts"; it is a host',
        'unknown-hosts',
      )
    }
    const socket = connect({ host, port, lookup: guard.lookup })
    // Without it git's short lines wait for acknowledgements, 40 ms each.
    socket.setNoDelay(true)
    const client = new ssh2.Client()
    const connection: Connection = { client, socket, users: 0 }
    let verdict: HostVerdict = 'unknown'
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        connection.failure ??= failureOf(error, { where, verdict, signal })
        socket.destroy()
        reject(connection.failure)
      }
      const abort = (): void => fail(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      socket.setTimeout(limits.connectMs, () => {
        fail(tooSlow(where, socket.connecting ? 'connectMs' : 'idleMs', limits))
      })
      socket.once('connect', () => socket.setTimeout(limits.idleMs))
      socket.on('error', fail)
      client.on('error', fail)
      client.once('close', () =>
        fail(transient('NetworkError', `${where} closed the connection; trying again`)),
      )
      client.once('ready', () => {
        // The next questions have signals of their own.
        signal.removeEventListener('abort', abort)
        resolve(connection)
      })
      const types = known.types.flatMap((type): ServerHostKeyAlgorithm[] =>
        type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : hostKeys.filter((name) => name === type),
      )
      try {
        client.connect({
          sock: socket,
          username: user,
          readyTimeout: 0,
          algorithms: { serverHostKey: types.length > 0 ? types : hostKeys },
          hostVerifier: (key: Buffer) => {
            verdict = known.judge(key)
            return verdict === 'known' || (verdict === 'unknown' && allow.has('unknown-hosts'))
          },
          ...(credentials?.identity === undefined
            ? credentials?.password === undefined
              ? {}
              : { password: credentials.password }
            : {
                privateKey: credentials.identity,
                ...(credentials.password === undefined ? {} : { passphrase: credentials.password }),
              }),
        })
      } catch (error) {
        // A key that cannot be read is thrown at once; its text is not repeated.
        connection.failure = stalled(
          'AuthenticationFailed',
          `${where}: the key in secretRef ("identity") cannot be read; check it and its passphrase ("password")`,
        )
        fail(error)
      }
    })
  }
}

function openChannel(client: Client, path: string, where: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    // The path holds no quote: the grammar of urls refuses one.
    client.exec(`git-upload-pack '${path}'`, { env: { GIT_PROTOCOL: 'version=2' } }, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(transient('GitOperationFailed', `${where} runs no git-upload-pack; trying again`, error))
    })
  })
}

/** What the server says; an end with complaints is thrown as what they mean. */
async function* chunksOf(
  channel: ClientChannel,
  options: { connection: Connection; where: string; traffic: Traffic; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { connection, where, traffic, signal } = options
  let complaint = ''
  let code: number | null = null
  channel.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 4096) complaint += chunk.toString('utf8')
  })
  channel.on('exit', (status: number | null) => (code = status))
  channel.on('error', () => {})
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()))
  for await (const chunk of channel as AsyncIterable<Buffer>) {
    traffic.receivedBytes += chunk.length
    yield chunk
  }
  await closed
  if (signal.aborted && signal.reason instanceof HeadwaterError) throw signal.reason
  if (connection.failure !== undefined) throw connection.failure
  if (code !== 0) throw remoteRefusal(where, complaint)
}

function failureOf(
  error: unknown,
  { where, verdict, signal }: { where: string; verdict: HostVerdict; signal: AbortSignal },
): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  if (signal.aborted && signal.reason instanceof HeadwaterError) return signal.reason
  const level = error instanceof Error && 'level' in error ? String(error.level) : ''
  if (level === 'client-authentication') {
    return stalled('AuthenticationFailed', `${where} refuses the key; check secretRef and its rights`, error)
  }
  if (level === 'handshake' && verdict !== 'known') {
    return stalled(
      'HostKeyRefused',
      `${where} shows a host key that is ${verdict === 'changed' ? 'another than the known one' : verdict}; check who answers there before you change "known_hosts" in secretRef`,
      error,
    )
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : level || 'unknown'
  return transient('NetworkError', `${where} cannot be reached (${code}); trying again`, error)
}
