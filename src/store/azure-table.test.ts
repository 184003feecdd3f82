import { describe, expect, it, onTestFinished } from 'vitest'
import { recordKey, recordOf } from '../../test/contracts/store-ground.ts'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createSeededRandom, createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createAzureTableStore } from './azure-table.ts'

/* What the wire can do to the driver; the contract is held against Azurite in the interop suite. */

const connection = (url: string) => `AccountName=dev;AccountKey=a2V5;TableEndpoint=${url}/dev`
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/json;odata=minimalmetadata', ...headers },
  body: body === undefined ? '' : JSON.stringify(body),
})
const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  answer(
    status,
    { 'odata.error': { code, message: { lang: 'en-US', value: 'no\nRequestId:1' } } },
    { 'x-ms-error-code': code, ...headers },
  )
const nothing = refusal(404, 'ResourceNotFound')
/** What the driver reads of a record before it writes. */
const head = (version: number, nonce: string) =>
  answer(200, { 'odata.etag': 'W/"1"', PartitionKey: 'record', RowKey: 'r', version, nonce, parts: 1 })

async function openStore(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const random = { ...createSeededRandom(), uuid: () => 'our-nonce' }
  const store = await createAzureTableStore({
    access: { by: 'connection', connectionString: connection(server.url) },
    table: 'fleet',
    clock: createVirtualClock(1_000_000),
    random,
    requestTimeoutMs: 300,
  })
  return { store, server, methods: () => server.calls.map(({ method }) => method) }
}

describe('errors', () => {
  it.each([
    { fate: refusal(404, 'TableNotFound'), want: { class: 'stalled', reason: 'StoreNotFound' } },
    {
      fate: refusal(403, 'AuthorizationPermissionMismatch'),
      want: { class: 'stalled', reason: 'AccessDenied' },
    },
    {
      fate: refusal(403, 'AuthenticationFailed'),
      want: { class: 'stalled', reason: 'AuthenticationFailed' },
    },
    { fate: refusal(400, 'InvalidInput'), want: { class: 'stalled', reason: 'Refused' } },
    {
      fate: refusal(503, 'ServerBusy', { 'retry-after': '7' }),
      want: { class: 'backoff', reason: 'Throttled', retryAfterMs: 7_000 },
    },
  ])('F11 $want.reason is no missing record, and asked for once', async ({ fate, want }) => {
    const { store, methods } = await openStore(fate)
    await expect(store.get(recordKey)).rejects.toMatchObject(want)
    expect(methods()).toEqual(['GET'])
  })

  it('says nothing of request ids', async () => {
    const { store } = await openStore(refusal(400, 'InvalidInput'))
    await expect(store.get(recordKey)).rejects.toThrow(/^table fleet: InvalidInput: no$/)
  })

  it.each([
    { name: 'a cut connection', fate: { do: 'drop' } as const },
    { name: 'no answer in time', fate: { do: 'hang' } as const },
    { name: 'a fault of the server', fate: refusal(500, 'InternalError') },
  ])('$name is asked again once, then a back-off', async ({ fate }) => {
    const { store, methods } = await openStore(fate, fate)
    await expect(store.get(recordKey)).rejects.toMatchObject({ class: 'backoff', reason: 'Unavailable' })
    expect(methods()).toEqual(['GET', 'GET'])
  })

  it('nothing there is a value', async () => {
    const { store } = await openStore(nothing)
    expect(await store.get(recordKey)).toBeUndefined()
  })
})

describe('F12 a write whose answer was lost', () => {
  it.each([
    { name: 'of a new record', found: nothing, expected: 0, refused: refusal(409, 'EntityAlreadyExists') },
    {
      name: 'of a change',
      found: head(7, 'old'),
      expected: 7,
      refused: refusal(412, 'UpdateConditionNotSatisfied'),
    },
  ])('$name is known by its nonce', async ({ found, expected, refused }) => {
    const { store } = await openStore(found, { do: 'drop' }, refused, head(expected + 1, 'our-nonce'))
    expect(await store.put(recordOf(), expected)).toBe(expected + 1)
  })

  it('is a conflict when somebody else wrote', async () => {
    const refused = refusal(412, 'UpdateConditionNotSatisfied')
    const { store } = await openStore(head(7, 'old'), { do: 'drop' }, refused, head(8, 'theirs'))
    await expect(store.put(recordOf(), 7)).rejects.toMatchObject({ reason: 'Conflict' })
  })

  it('names the ETag that it read', async () => {
    const { store, server } = await openStore(head(7, 'old'), answer(204, undefined, { etag: 'W/"2"' }))
    await store.put(recordOf(), 7)
    expect(server.calls[1]).toMatchObject({ method: 'PUT', headers: { 'if-match': 'W/"1"' } })
  })
})

it('F15 a record that is too large is refused before anything is called', async () => {
  const { store, server } = await openStore()
  const tooLarge = recordOf({ spec: { text: 'x'.repeat(360 * 1024) } })
  await expect(store.put(tooLarge, 0)).rejects.toMatchObject({ class: 'stalled', reason: 'RecordTooLarge' })
  expect(server.calls).toEqual([])
})
