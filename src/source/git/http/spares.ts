import type http from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Target } from './proxy.ts'

/**
 * Gives an agent connections that were made already: a host was asked for HTTP/2 and chose HTTP/1.1. Answers what takes
 * one; it is the agent's next connection to that host, and ends when it is not wanted for `keptMs`.
 */
export function createSpares(agent: http.Agent, keptMs: number): (target: Target, socket: TLSSocket) => void {
  const spares = new Map<string, TLSSocket>()
  const connectAnew = agent.createConnection.bind(agent)
  agent.createConnection = (target, done) => {
    const name = `${target.host}:${target.port}`
    const spare = spares.get(name)
    spares.delete(name)
    if (spare === undefined || spare.destroyed) return connectAnew(target, done)
    spare.removeAllListeners('timeout').setTimeout(0)
    return spare.ref()
  }
  return ({ host, port }, socket) => {
    const name = `${host}:${port}`
    spares.get(name)?.destroy()
    spares.set(name, socket)
    socket.on('error', () => {})
    socket.setTimeout(keptMs, () => socket.destroy()).unref()
  }
}
