import type { TLSSocket } from 'node:tls'
import { networkError } from './failure.ts'
import type { HttpPorts, Multiplex } from './message.ts'
import { tooSlow } from '../limits.ts'
import type { Target } from './proxy.ts'
import { DialTimeout } from './secure.ts'
import { codes, sendStream, StreamLost, type Kept } from './stream.ts'

/** Bytes that may be on their way to us: of one answer, and of all on one connection. */
const windows = { stream: 1024 * 1024, session: 4 * 1024 * 1024 }
/** Hosts that are remembered. */
const maxHosts = 256

/** Nothing is connected yet. `keptMs`: how long an idle connection is kept. */
export function createMultiplex(options: {
  /** Connects by TLS, offering `h2` and `http/1.1`. */
  dial: (target: Target) => Promise<TLSSocket>
  /** Takes a connection to a host that chose HTTP/1.1. */
  adopt: (target: Target, socket: TLSSocket) => void
  keptMs: number
}): Multiplex {
  const { dial, adopt, keptMs } = options
  /** By host and port; undefined for those of HTTP/1.1. */
  const hosts = new Map<string, Promise<Kept | undefined>>()

  const forget = (host: string, known: Promise<unknown>): void => {
    if (hosts.get(host) === known) hosts.delete(host)
  }
  /** Forgets a connection, and ends it when what is under way on it is done. */
  const drop = (host: string, known: Promise<Kept | undefined>): void => {
    forget(host, known)
    void known.then((kept) => kept?.session.close()).catch(() => undefined)
  }
  const remember = (host: string, known: Promise<Kept | undefined>): void => {
    hosts.set(host, known)
    for (const [oldest, other] of hosts) {
      if (hosts.size <= maxHosts) break
      drop(oldest, other)
    }
  }
  const connectTo = async ({ origin }: URL, target: Target, onEnd: () => void): Promise<Kept | undefined> => {
    // Node's HTTP/2 takes a while to load, in which the host answers.
    const [socket, { connect }] = await Promise.all([dial(target), import('node:http2')])
    if (socket.alpnProtocol !== 'h2') {
      adopt(target, socket)
      return undefined
    }
    const session = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: windows.stream },
      maxSessionMemory: 64,
    })
    session.once('connect', () => session.setLocalWindowSize(windows.session))
    const kept: Kept = { session, socket, countedBytes: 0, open: 0, usedAt: 0, isProven: false }
    // What it means for a request its stream tells.
    session.on('error', onEnd)
    session.on('goaway', onEnd)
    session.on('close', onEnd)
    session.setTimeout(keptMs, () => {
      if (kept.open === 0) session.close()
    })
    return kept
  }
  const connection = (url: URL, timeoutMs: number): Promise<Kept | undefined> => {
    const known = hosts.get(url.host)
    if (known !== undefined) return known
    const target = {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 443 : Number(url.port),
      timeoutMs,
    }
    const made: Promise<Kept | undefined> = connectTo(url, target, () => forget(url.host, made))
    remember(url.host, made)
    made.catch(() => forget(url.host, made))
    return made
  }

  return {
    async send(request, ports) {
      const { where, signal, limits, traffic } = ports
      const url = new URL(request.url)
      let attempt = 0
      for (;;) {
        const made = connection(url, limits.connectMs)
        let kept
        try {
          kept = await inTime(made, ports)
        } catch (error) {
          drop(url.host, made)
          throw error
        }
        traffic.http = kept === undefined ? '1.1' : '2'
        if (kept === undefined) return undefined
        // A function that is put to sleep between its calls misses its own timers, and the end of its connections.
        if (kept.isProven && kept.open === 0 && ports.now() - kept.usedAt > keptMs) {
          drop(url.host, made)
          continue
        }
        attempt += 1
        const isNew = !kept.isProven
        try {
          return await sendStream(kept, request, ports)
        } catch (error) {
          // A connection on which nothing comes may be dead; the next question takes another.
          drop(url.host, made)
          if (!(error instanceof StreamLost)) throw error
          if (error.code === codes.downgrade) {
            remember(url.host, Promise.resolve(undefined))
            return undefined
          }
          const mayRepeat = attempt === 1 && !signal.aborted && (!isNew || error.code === codes.refused)
          if (!mayRepeat) throw networkError(error.cause ?? error, where, signal)
        }
      }
    },
    close() {
      for (const [host, known] of hosts) drop(host, known)
    },
  }
}

/** A connection, or why there is none, by the time that the question has: others may wait for it too. */
async function inTime<T>(made: Promise<T>, { where, signal, limits }: HttpPorts): Promise<T> {
  let abort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(networkError(signal.reason, where, signal))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
  try {
    return await Promise.race([made, aborted])
  } catch (error) {
    if (error instanceof DialTimeout) throw tooSlow(where, 'connectMs', limits)
    throw networkError(error, where, signal)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
