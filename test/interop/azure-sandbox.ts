import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'

/** A pretend Azure for programs that insist on https, as most of Microsoft's do. */
export interface SecureAzureSandbox {
  /** `http://127.0.0.1:<port>`: the control endpoint and managed identities. */
  url: string
  /** `https://localhost:<port>`. */
  secureUrl: string
  /** A file with the certificate of the authority to trust. */
  authorityFile: string
  /** POSTs to the control endpoint. */
  control(path: string, body: unknown): Promise<void>
  close(): Promise<void>
}

/** Starts one on the machine's own clock, quick, but slow enough that clients have to poll. */
export async function startSecureAzureSandbox(): Promise<SecureAzureSandbox> {
  const sandbox = await createAzureSandbox({
    clock: createSystemClock(),
    random: createSystemRandom(),
    speed: 100,
    httpsPort: 0,
    log(call) {
      if (call.defect !== undefined) process.stderr.write(`sandbox: ${call.defect}\n`)
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'headwater-interop-'))
  const authorityFile = join(folder, 'ca.pem')
  writeFileSync(authorityFile, sandbox.caPem ?? '')
  return {
    url: sandbox.url,
    secureUrl: sandbox.httpsUrl ?? '',
    authorityFile,
    async control(path, body) {
      const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    },
    async close() {
      rmSync(folder, { recursive: true })
      await sandbox.close()
    },
  }
}
