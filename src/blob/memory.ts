import type { BlobStore } from './blob.ts'
import { checkBytes, checkName, sha256Of } from './sha256.ts'

/** Bodies that end with the process. The map can be handed in, to be looked at or to be spoilt. */
export function createMemoryBlobStore(bodies = new Map<string, Uint8Array>()): BlobStore {
  return {
    put: async (bytes) => {
      const sha256 = sha256Of(bytes)
      bodies.set(sha256, bytes.slice())
      return sha256
    },
    get: async (sha256) => {
      const bytes = bodies.get(checkName(sha256))
      return bytes && checkBytes(sha256, bytes.slice())
    },
    has: async (sha256) => bodies.has(checkName(sha256)),
    url: () => undefined,
  }
}
