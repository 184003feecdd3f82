import { blobContract } from '../../test/contracts/blob.ts'
import { createMemoryBlobStore } from './memory.ts'

blobContract('memory', async () => {
  const bodies = new Map<string, Uint8Array>()
  return {
    open: async () => createMemoryBlobStore(bodies),
    spoil: async (sha256, bytes) => void bodies.set(sha256, bytes),
  }
})
