import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { queueContract } from '../../test/contracts/queue.ts'
import { createInProcessQueue } from './in-process.ts'

queueContract(
  'in-process',
  async () => {
    const clock = createVirtualClock(1_000_000)
    const visibilityTimeoutMs = 30_000
    return {
      queue: createInProcessQueue({ clock, visibilityTimeoutMs }),
      visibilityTimeoutMs,
      pass: async (ms) => clock.advance(ms),
    }
  },
  { hasVirtualTime: true },
)
