import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { StreamMessageReader, StreamMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node'
import type { JsonObject } from '../../src/template/arm/index.ts'

/** Where a snapshot pretends to deploy. */
export interface SnapshotPlace {
  readonly tenantId?: string
  readonly subscriptionId?: string
  readonly resourceGroup?: string
  readonly managementGroupId?: string
  readonly location?: string
  readonly deploymentName?: string
}

/** What Microsoft's engine makes of a template offline. */
export interface Snapshot {
  readonly predictedResources: readonly JsonObject[]
  readonly diagnostics: readonly string[]
  readonly outputs: JsonObject
}

/** What compiling a file brought. */
export interface Compiled {
  readonly success: boolean
  readonly contents?: string
  readonly diagnostics: readonly { readonly level: string; readonly code: string; readonly message: string }[]
}

/** The Bicep CLI as a child that answers questions. */
export interface BicepChild {
  compile(file: string): Promise<Compiled>
  /** Of a `.bicepparam`; its errors reject. */
  snapshot(file: string, place: SnapshotPlace): Promise<Snapshot>
  /** Resident memory in bytes: it grows with every file. */
  memory(): Promise<number>
  close(): void
}

/** Starts the CLI; give it an end with `close`. */
export function startBicep(program: string): BicepChild {
  const child: ChildProcess = spawn(program, ['jsonrpc', '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env['PATH'],
      DOTNET_BUNDLE_EXTRACT_BASE_DIR: tmpdir(),
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
      // It does not live long enough to gain from measuring itself.
      DOTNET_TieredPGO: '0',
    },
  })
  const { stdout, stdin } = child
  if (stdout === null || stdin === null) throw new Error('the child has no pipes')
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin))
  connection.listen()
  return {
    compile: (file) => connection.sendRequest('bicep/compile', { path: file }),
    async snapshot(file, metadata) {
      const request = { path: file, metadata, externalInputs: [] }
      const { snapshot } = await connection.sendRequest<{ snapshot: string }>('bicep/getSnapshot', request)
      return JSON.parse(snapshot) as Snapshot
    },
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
    },
    close() {
      connection.dispose()
      child.kill()
    },
  }
}
