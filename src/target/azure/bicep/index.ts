import type { Clock } from '../../../api/clock.ts'
import { stalled } from '../../../api/errors.ts'
import type { BicepCompiler } from '../../../template/bicep/compiler.ts'
import * as z from 'zod'
import { startChild } from './child.ts'
import { createChildren } from './children.ts'
import { compile } from './compile.ts'
import { childEnvironment } from './environment.ts'
import { findBicep, type FindOptions } from './find.ts'
import { openWorkplace, type Workplace } from './layout.ts'
import { defaultLimits, type BicepLimits } from './limits.ts'
import { snapshot } from './snapshot.ts'

export type { BicepLimits } from './limits.ts'

/** What the compiler works with. */
export interface BicepOptions extends FindOptions {
  clock: Clock
  limits?: Partial<BicepLimits>
  /** What to start it with; default `jsonrpc --stdio`. For tests. */
  args?: readonly string[]
}

/** The Bicep compiler with an account of what it did. */
export interface BicepCompilerWithCounts extends BicepCompiler {
  /** Compiles made and processes started since it was opened. */
  counts(): { compiles: number; starts: number }
}

/**
 * The compiler of this machine, as a child process that is started by the first compile. Its environment is made from
 * nothing, it sees only files laid out for it, and it has limits on time, memory and output.
 */
export function createBicepCompiler(options: BicepOptions): BicepCompilerWithCounts {
  const { clock, args = ['jsonrpc', '--stdio'] } = options
  const limits: BicepLimits = { ...defaultLimits, ...options.limits }
  let opened: Promise<Workplace> | undefined
  let compiles = 0
  const workplace = (): Promise<Workplace> => (opened ??= openWorkplace())

  const children = createChildren({
    clock,
    limits,
    async start(settings) {
      const found = await findBicep(options)
      if (found.type === 'missing') throw stalled('BicepMissing', found.message)
      const { folder } = await workplace()
      const env = childEnvironment(folder, settings)
      return startChild({ program: found.path, args, env, cwd: folder, clock, limits })
    },
  })

  return {
    find: () => findBicep(options),
    async version() {
      const common = { environment: {}, registries: [] }
      const answer = await children.use(common, (child) => child.call('version', {}))
      return z.object({ version: z.string() }).parse(answer).version
    },
    async compile(request) {
      compiles += 1
      return compile(request, { children, workplace, limits })
    },
    snapshot: (request) => snapshot(request, { children, workplace, limits }),
    counts: () => ({ compiles, starts: children.started() }),
    async close() {
      await children.close()
      const folder = opened
      opened = undefined
      await (await folder)?.remove()
    },
  }
}
