import { describe, expect, it } from 'vitest'
import type { Clock } from '../api/clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import { bootstrapRoot, rootKeys } from './root.ts'
import { readSettings } from './settings.ts'

const clock: Clock = { now: () => 1000, sleep: async () => {} }
const url = 'https://github.com/acme/fleet'
const settings = readSettings({ HEADWATER_SOURCE_URL: url, HEADWATER_SOURCE_PATH: './clusters/eu' })

describe('the root', () => {
  it('is a source and what is loaded from it, due at once', async () => {
    const store = createMemoryStore({ clock })
    await bootstrapRoot(settings, { store, clock })
    const [source, kustomization] = await Promise.all([
      store.get(rootKeys.source),
      store.get(rootKeys.kustomization),
    ])
    expect(source?.record).toMatchObject({
      kind: 'GitRepository',
      namespace: 'headwater-system',
      name: 'headwater-system',
      spec: { url, ref: { branch: 'main' }, interval: '1m' },
      dueAt: 1000,
    })
    expect(kustomization?.record.spec).toMatchObject({
      sourceRef: { kind: 'GitRepository', name: 'headwater-system' },
      path: './clusters/eu',
      prune: true,
    })
  })

  it('is not written again while the settings are the same, whatever became of it', async () => {
    const store = createMemoryStore({ clock })
    await bootstrapRoot(settings, { store, clock })
    const before = await store.get(rootKeys.source)
    expect(before).toBeDefined()
    if (before === undefined) return
    const failing = { ...before.record, dueAt: 99_000, status: { ...before.record.status, failures: 3 } }
    const version = await store.put(failing, before.version)
    await bootstrapRoot(settings, { store, clock })
    expect(await store.get(rootKeys.source)).toEqual({ record: failing, version })
  })

  it('follows changed settings', async () => {
    const store = createMemoryStore({ clock })
    await bootstrapRoot(settings, { store, clock })
    const moved = readSettings({ HEADWATER_SOURCE_URL: url, HEADWATER_SOURCE_BRANCH: 'next' })
    await bootstrapRoot(moved, { store, clock })
    const source = await store.get(rootKeys.source)
    expect(source?.record).toMatchObject({ generation: 2, spec: { ref: { branch: 'next' } } })
  })

  it('must be named once', async () => {
    const store = createMemoryStore({ clock })
    await expect(bootstrapRoot(readSettings({}), { store, clock })).rejects.toThrow(
      'HEADWATER_SOURCE_URL: not set, and the store holds no source yet; name a git repository to start from',
    )
    await bootstrapRoot(settings, { store, clock })
    await expect(bootstrapRoot(readSettings({}), { store, clock })).resolves.toBeUndefined()
  })
})
