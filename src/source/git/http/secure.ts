import { isIP } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'

/** A host that fell silent while it was connected to. */
export class DialTimeout extends Error {}

/**
 * TLS to a host, over a socket that leads there or a new one; offers protocols by ALPN, the best first. Ends in
 * `DialTimeout` after `timeout` milliseconds of silence.
 */
export function secure(options: ConnectionOptions & { host: string }): Promise<TLSSocket> {
  const { host } = options
  return new Promise((resolve, reject) => {
    // An address is no name to ask for; it is checked against the certificate all the same.
    const socket = connect({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
    // Over a socket that is there already TLS sets no limit of its own.
    if (options.timeout !== undefined) socket.setTimeout(options.timeout)
    const late = (): void => {
      socket.destroy(new DialTimeout())
    }
    const fail = (error: Error): void => {
      options.socket?.destroy()
      reject(error)
    }
    socket.once('error', fail)
    // Whoever takes the socket over listens too; until then nothing may throw.
    socket.on('error', () => {})
    socket.once('timeout', late)
    socket.once('secureConnect', () => {
      socket.setTimeout(0)
      socket.off('error', fail)
      socket.off('timeout', late)
      resolve(socket)
    })
  })
}
