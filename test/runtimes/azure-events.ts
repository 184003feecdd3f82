import { createHmac } from 'node:crypto'
import type { HttpCall, TypedData } from './functions-host.ts'

/** Events as Azure's Functions host hands them to a worker, from its documentation and sources; ids are made up. */

/** A timer's tick: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer */
export function timerEvent(isPastDue = false): TypedData {
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: '2026-11-23T06:00:00.0021414+00:00',
        LastUpdated: '2026-11-23T06:01:00+00:00',
        Next: '2026-11-23T06:01:00+00:00',
      },
      IsPastDue: isPastDue,
    }),
  }
}

/** A message of a queue: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger */
export function queueEvent(
  body: string,
  dequeueCount = 1,
): { data: TypedData; metadata: Record<string, TypedData> } {
  return {
    data: body.startsWith('{') ? { json: body } : { string: body },
    metadata: {
      Id: { string: '059f36b4-87a3-44ab-83d2-66197597a6d0' },
      DequeueCount: { int: dequeueCount },
      PopReceipt: { string: 'AgAAAAMAAAAAAAAA7mJgX0Vz3AE=' },
      InsertionTime: { json: '"2026-11-23T06:00:00+00:00"' },
      ExpirationTime: { json: '"2026-11-30T06:00:00+00:00"' },
      NextVisibleTime: { json: '"2026-11-23T06:10:00+00:00"' },
      QueueTrigger: { string: body },
    },
  }
}

/** The end of a write of a deployment: https://learn.microsoft.com/azure/event-grid/event-schema-resource-groups */
export function resourceEvent(
  resourceId: string,
  eventType = 'Microsoft.Resources.ResourceWriteSuccess',
): TypedData {
  return {
    json: JSON.stringify({
      topic: '/subscriptions/11111111-1111-1111-1111-111111111111',
      subject: resourceId,
      eventType,
      eventTime: '2026-11-23T06:00:00.1234567Z',
      id: '4db48cba-50a2-455a-93b4-de41a3b5b7f6',
      data: {
        authorization: { scope: resourceId, action: 'Microsoft.Resources/deployments/write', evidence: {} },
        claims: { appid: '22222222-2222-2222-2222-222222222222' },
        correlationId: '33333333-3333-3333-3333-333333333333',
        httpRequest: {},
        resourceProvider: 'Microsoft.Resources',
        resourceUri: resourceId,
        operationName: 'Microsoft.Resources/deployments/write',
        status: 'Succeeded',
        subscriptionId: '11111111-1111-1111-1111-111111111111',
        tenantId: '44444444-4444-4444-4444-444444444444',
      },
      dataVersion: '2',
      metadataVersion: '1',
    }),
  }
}

const site = 'https://headwater.azurewebsites.net'

/** GitHub's push over http, with the headers that App Service adds. */
export function pushCall(options: { url: string; secret: string; delivery: string; body?: Buffer }): {
  http: HttpCall
} {
  const body =
    options.body ??
    Buffer.from(
      JSON.stringify({
        ref: 'refs/heads/main',
        before: '0000000000000000000000000000000000000000',
        after: options.delivery,
        repository: { id: 1, full_name: 'acme/fleet', clone_url: options.url, default_branch: 'main' },
        pusher: { name: 'ana' },
      }),
    )
  const signature = createHmac('sha256', options.secret).update(body).digest('hex')
  return {
    http: {
      method: 'POST',
      url: `${site}/webhook/github`,
      headers: {
        accept: '*/*',
        'content-type': 'application/json',
        'content-length': String(body.length),
        host: 'headwater.azurewebsites.net',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-delivery': options.delivery,
        'x-github-event': 'push',
        'x-github-hook-id': '292430182',
        'x-hub-signature-256': `sha256=${signature}`,
        'x-forwarded-for': '140.82.115.1:52216',
        'x-forwarded-proto': 'https',
        'x-arr-ssl': '2048|256|CN=Microsoft Azure RSA TLS Issuing CA 03|CN=*.azurewebsites.net',
        'disguised-host': 'headwater.azurewebsites.net',
      },
      params: { receiver: 'github' },
      body: { bytes: body },
    },
  }
}

/** A person's call of `sync`. */
export function syncCall(request: string, token?: string): { http: HttpCall } {
  return {
    http: {
      method: 'POST',
      url: `${site}/sync`,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      params: {},
      body: { bytes: Buffer.from(request) },
    },
  }
}
