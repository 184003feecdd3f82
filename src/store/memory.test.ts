import { storeContract } from '../../test/contracts/store.ts'
import { createMemoryState, createMemoryStore } from './memory.ts'

storeContract('memory', async (clock) => {
  const state = createMemoryState()
  return {
    open: async () => createMemoryStore({ clock }, state),
    plant: async (key, body, dueAt) => {
      state.records.set(key, { version: 3, body, ...(dueAt === undefined ? {} : { dueAt }) })
    },
  }
})
