import { describe, expect, test } from 'vitest'
import { stalled, transient, type HeadwaterError } from '../../api/errors.ts'
import { act } from './act.ts'
import type { Action } from './action.ts'
import type { ArmAnswer, ArmClient, ArmRequest } from './client.ts'
import { groupId, now, operationOf, settings, stackId, subjectOf } from './decide.fixture.ts'
import { errorOfAnswer } from './errors.ts'

const text = (value: string) => new TextEncoder().encode(value)
const template = '{"resources":{"a":{},"b":{}},"big":12345678901234567890}'

/** Does an action for a record with the given spec; ARM answers, or refuses, as told. */
async function doing(
  action: Action,
  given: {
    spec?: Record<string, unknown>
    answer?: Partial<ArmAnswer>
    error?: HeadwaterError
    body?: string
    ageMs?: number
  } = {},
) {
  const sent: ArmRequest[] = []
  const client: ArmClient = {
    async send(request) {
      sent.push(request)
      if (given.error !== undefined) throw given.error
      return { status: 200, body: undefined, ...given.answer }
    },
    admit: () => {},
  }
  const { record } = subjectOf(given.spec === undefined ? {} : { spec: given.spec })
  const operation = operationOf(action.type, {}, { startedAt: now - (given.ageMs ?? 0) })
  const ports = { clock: { now: () => now }, templateBody: async () => text(given.body ?? template) }
  const result = await act(client, settings, ports, { record, operation, action })
  return { result, sent }
}

describe('what is sent', () => {
  test('a deployment, its template verbatim', async () => {
    const { sent, result } = await doing(
      { type: 'put' },
      { answer: { status: 201, correlationId: 'c', requestId: 'r' } },
    )
    expect(sent[0]).toMatchObject({
      method: 'PUT',
      path: `${groupId}/providers/Microsoft.Resources/deployments/we_web`,
      body: `{"tags":{"headwater-owner":"hw/we/web","headwater-operation":"headwater-x-1"},"properties":{"mode":"Incremental","parameters":{},"template":${template}}}`,
    })
    expect(result.data).toEqual({
      answered: 'put',
      sent: 'true',
      correlationId: 'c',
      requestId: 'r',
      total: '2',
    })
  })
  test('a stack at a subscription', async () => {
    const spec = {
      mode: 'Stack',
      location: 'westeurope',
      scope: { subscription: { subscriptionId: '00000000-0000-0000-0000-000000000001' } },
      tags: { team: 'net' },
      bypassStackOutOfSyncError: true,
    }
    const { sent } = await doing({ type: 'put' }, { spec })
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      location: 'westeurope',
      tags: { team: 'net', 'headwater-owner': 'hw/we/web' },
      properties: {
        actionOnUnmanage: { resources: 'detach', resourceGroups: 'detach', managementGroups: 'detach' },
        denySettings: { mode: 'none' },
        bypassStackOutOfSyncError: true,
      },
    })
  })
  test('the deletion of a stack, with what becomes of its resources', async () => {
    const spec = { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } }
    const { sent } = await doing({ type: 'delete' }, { spec })
    expect(sent[0]).toMatchObject({
      method: 'DELETE',
      path: stackId,
      query: {
        'unmanageAction.Resources': 'delete',
        'unmanageAction.ResourceGroups': 'detach',
        'unmanageAction.ManagementGroups': 'detach',
        bypassStackOutOfSyncError: 'false',
      },
    })
  })
  test('the deletion of a deployment says nothing of resources', async () => {
    expect((await doing({ type: 'delete' })).sent[0]?.query).toBeUndefined()
  })
  test('a what-if’s answer is followed by its address, a stack’s by its name', async () => {
    const answer = { status: 202, location: '/poll', retryAfterMs: 15_000 }
    const plain = await doing({ type: 'what-if' }, { answer })
    expect(plain.result).toEqual({ data: { answered: 'what-if', location: '/poll' }, requeueAfterMs: 15_000 })
    const ofStack = await doing({ type: 'what-if' }, { answer, spec: { mode: 'Stack' } })
    expect(ofStack.result.data).toEqual({ answered: 'what-if' })
    expect(ofStack.sent[0]?.path).toBe(stackId.replace('deploymentStacks', 'deploymentStacksWhatIfResults'))
  })
})

describe('what is refused', () => {
  const denied = errorOfAnswer('PUT', {
    status: 403,
    body: { error: { code: 'AuthorizationFailed', message: 'no' } },
  })
  const notFound = errorOfAnswer('DELETE', {
    status: 404,
    body: { error: { code: 'DeploymentNotFound', message: 'no' } },
  })

  test('is data, so that the next decision says what it means', async () => {
    const error = stalled('QuotaExceeded', 'PUT: QuotaExceeded: no more')
    expect((await doing({ type: 'put' }, { error })).result.data).toEqual({
      answered: 'put',
      refused: 'PUT: QuotaExceeded: no more',
      refusal: 'QuotaExceeded',
    })
  })
  test('a right that may show late is waited for, for ten minutes', async () => {
    await expect(doing({ type: 'put' }, { error: denied, ageMs: 60_000 })).rejects.toBe(denied)
    expect((await doing({ type: 'put' }, { error: denied, ageMs: 600_000 })).result.data).toMatchObject({
      refusal: 'AccessDenied',
    })
  })
  test('what is gone needs no deletion, what came to its end no cancelling', async () => {
    expect((await doing({ type: 'delete' }, { error: notFound })).result.data).toEqual({ answered: 'delete' })
    const ended = stalled('CallRefused', 'it ended')
    expect((await doing({ type: 'cancel', deploymentId: '/d' }, { error: ended })).result.data).toEqual({
      answered: 'cancel',
    })
  })
  test('a lost answer is nobody’s refusal', async () => {
    const lost = transient('CloudUnavailable', 'no answer')
    await expect(doing({ type: 'put' }, { error: lost })).rejects.toBe(lost)
  })
  test('a package that is no JSON never reaches ARM', async () => {
    const { result, sent } = await doing({ type: 'put' }, { body: 'param x string' })
    expect(sent).toEqual([])
    expect(result.data?.['refused']).toMatch(/^web.json was packaged as something that is no JSON/)
  })
})
