import { describe, expect, it } from 'vitest'
import { layAzureGround, subscription } from '../../../test/support/azure-ground.ts'

const rg = `${subscription}/resourceGroups/rg`
const account = `${rg}/providers/Microsoft.Storage/storageAccounts/acc1`

describe('the control endpoint', () => {
  const ground = layAzureGround()
  const group = () => ground.call('PUT ~/resourcegroups/rg', { body: { location: 'westus' } })
  const put = (id = account, body: object = { location: 'westus' }) => ground.call(`PUT ${id}`, { body })
  const exists = async () => (await ground.call('HEAD ~/resourcegroups/rg')).status === 204
  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${ground.sandbox.url}/_sandbox${path}`)).json()

  it('lists what it can be told, with schemas', async () => {
    const listed = (await ask('')) as { path: string; does: string; body?: { type: string } }[]
    for (const name of [
      'throttle',
      'error',
      'drop',
      'slow',
      'limits',
      'forbid',
      'fail-resource',
      'change-resource',
      'stale-reads',
      'policy',
      'quota',
      'sku',
      'client',
      'subscription',
      'reset',
    ]) {
      expect(listed).toContainEqual(
        expect.objectContaining({
          path: `POST /_sandbox/${name}`,
          body: expect.objectContaining({ type: 'object' }) as object,
        }),
      )
    }
    expect(await ask('/health')).toEqual({ status: 'ok' })
  })

  it.each([
    {
      name: 'a word it does not know',
      path: 'throtle',
      body: {},
      status: 404,
      want: 'nothing is at POST /_sandbox/throtle',
    },
    {
      name: 'a member it does not know',
      path: 'slow',
      body: { ms: 1, servic: 'arm' },
      status: 400,
      want: 'servic',
    },
    { name: 'no JSON', path: 'slow', body: 'x', status: 400, want: 'slow: ' },
    {
      name: 'a resource that is not there',
      path: 'delete-resource',
      body: { id: '/x' },
      status: 400,
      want: 'no resource has the id /x',
    },
  ])('refuses $name with a sentence', async ({ path, body, status, want }) => {
    const response = await fetch(`${ground.sandbox.url}/_sandbox/${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      status,
      expect.stringContaining(want),
    ])
  })

  it('is not for web pages', async () => {
    const response = await fetch(`${ground.sandbox.url}/_sandbox/reset`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    })
    expect(response.status).toBe(403)
  })

  it('outlives a defect', async () => {
    ground.sandbox.world.timeline.start(
      (function* () {
        yield { sleepMs: 5 }
        throw new Error('planted')
      })(),
    )
    await group()
    ground.clock.advance(5)
    await expect(ground.control('forget-calls')).rejects.toThrow('the sandbox has a defect: planted')
    await ground.control('forget-calls')
    expect(await exists()).toBe(true)
  })

  describe('at the edge', () => {
    it.each([
      { code: 'TooManyRequests', retryAfterSeconds: 7 },
      { code: 'SubscriptionRequestsThrottled', retryAfterSeconds: 3 },
      { code: 'RetryableErrorDueToAnotherOperation', retryAfterSeconds: 20 },
    ])('throttles with $code, before anything happens', async ({ code, retryAfterSeconds }) => {
      await ground.control('throttle', { method: 'PUT', code, retryAfterSeconds })
      const { status, body, headers } = await group()
      expect([status, body['error']?.['code'], headers.get('retry-after')]).toEqual([
        429,
        code,
        String(retryAfterSeconds),
      ])
      expect(await exists()).toBe(false)
      expect((await group()).status).toBe(201)
    })

    it('throttles without a word', async () => {
      await ground.control('throttle', { code: 'none' })
      const { status, body } = await group()
      expect([status, body]).toEqual([429, {}])
    })

    it.each([
      { when: 'before', status: 500, code: 'InternalServerError', made: false },
      { when: 'after', status: 503, code: 'ServiceUnavailable', made: true },
      { when: 'after', status: 504, code: 'GatewayTimeout', made: true },
    ])('answers $status $when the effect', async ({ when, status, code, made }) => {
      await ground.control('error', { action: 'ResourceGroupsCreateOrUpdate', when, status })
      const answered = await group()
      expect([answered.status, answered.body['error']?.['code']]).toEqual([status, code])
      expect(await exists()).toBe(made)
    })

    it('answers any error in the words it is told', async () => {
      await ground.control('error', { status: 409, code: 'AnotherOperationInProgress', message: 'Wait.' })
      expect((await group()).body['error']).toEqual({ code: 'AnotherOperationInProgress', message: 'Wait.' })
    })

    it('forbids, as long as a role is not known everywhere', async () => {
      await ground.control('forbid', { action: 'ResourceGroupsCreateOrUpdate' })
      const { status, body } = await group()
      expect([status, body['error']?.['code']]).toEqual([403, 'AuthorizationFailed'])
      expect(body['error']?.['message']).toMatch(
        /^The client '0{8}-.*' with object id '.*' does not have authorization to perform action 'Microsoft.Resources\/resourceGroups\/write' over scope '\/subscriptions\/.*\/resourcegroups\/rg' or the scope is invalid\./,
      )
      expect((await group()).status).toBe(201)
    })

    it.each([
      { when: 'after', made: true },
      { when: 'before', made: false },
    ])('drops the answer $when the effect', async ({ when, made }) => {
      await ground.control('drop', { mutating: true, when })
      await expect(group()).rejects.toThrow('fetch failed')
      expect(await exists()).toBe(made)
      expect(ground.sandbox.calls.counts({ mutating: true }).calls).toMatchObject([{ outcome: 'dropped' }])
    })

    it('answers late', async () => {
      await ground.control('slow', { ms: 5000 })
      const late = group()
      await expect.poll(() => ground.sandbox.world.graph.get(rg)).toBeDefined()
      ground.clock.advance(5000)
      expect((await late).status).toBe(201)
    })

    it('strikes what it is told, where it is told, as often as it is told', async () => {
      await group()
      await ground.control('error', { path: account, skip: 1, times: 2 })
      const statuses = []
      for (let round = 0; round < 4; round += 1) {
        expect((await ground.call('GET ~/resourcegroups/rg')).status).toBe(200)
        statuses.push((await ground.call(`HEAD ${account}`)).status)
      }
      expect(statuses).toEqual([404, 500, 500, 404])
    })

    it('keeps limits, which fill again', async () => {
      await ground.control('limits', { reads: { burst: 2, perSecond: 0.5 } })
      const read = async () => (await ground.call('GET ~')).status
      expect([await read(), await read(), await read()]).toEqual([200, 200, 429])
      const { body, headers } = await ground.call('GET ~')
      expect([body['error']?.['code'], headers.get('retry-after')]).toEqual([
        'SubscriptionRequestsThrottled',
        '2',
      ])
      ground.clock.advance(2000)
      expect([await read(), await read()]).toEqual([200, 429])
      expect((await group()).status).toBe(201)
    })
  })

  describe('on resources', () => {
    it('makes one fail at once', async () => {
      await group()
      await ground.control('fail-resource', {
        type: 'microsoft.storage/STORAGEACCOUNTS',
        at: 'request',
        status: 409,
        code: 'StorageAccountAlreadyTaken',
        message: 'Taken.',
        times: 1,
      })
      const refused = await put()
      expect([refused.status, refused.body['error']]).toEqual([
        409,
        { code: 'StorageAccountAlreadyTaken', message: 'Taken.' },
      ])
      expect((await put()).status).toBe(202)
    })

    it('makes one fail at its end', async () => {
      await group()
      await ground.control('fail-resource', { id: account, code: 'Oops', message: 'It broke.' })
      const table = `${rg}/providers/Microsoft.Network/routeTables/r1`
      await ground.control('fail-resource', { id: table, code: 'Oops', message: 'It broke.' })
      const location = (await put()).headers.get('location') ?? ''
      const status = (await put(table)).headers.get('azure-asyncoperation') ?? ''
      ground.clock.advance(60_000)
      const error = { code: 'Oops', message: 'It broke.' }
      expect((await ground.call(`GET ${location}`)).body).toEqual({ error })
      expect((await ground.call(`GET ${status}`)).body).toMatchObject({ status: 'Failed', error })
      expect((await ground.call(`GET ${account}`)).body['properties']?.['provisioningState']).toBe('Failed')
    })

    it('makes one take its time, whatever the speed', async () => {
      await group()
      await ground.control('delay-resource', { id: account, ms: 90_000 })
      await put()
      const state = async () =>
        (await ground.call(`GET ${account}`)).body['properties']?.['provisioningState']
      ground.clock.advance(89_000)
      expect(await state()).toBe('Creating')
      ground.clock.advance(1000)
      expect(await state()).toBe('Succeeded')
    })

    it('changes one by hand', async () => {
      await group()
      await put(account, { location: 'westus', tags: { a: 'b' }, properties: { list: [1, 2] } })
      await ground.control('change-resource', { id: account.toUpperCase(), path: '/tags/a', value: 'c' })
      await ground.control('change-resource', { id: account, path: '/properties/list/-', value: { n: 3 } })
      await ground.control('change-resource', { id: account, path: '/properties/list/0' })
      await ground.control('change-resource', { id: account, path: '/properties/accessTier' })
      const { body } = await ground.call(`GET ${account}`)
      expect([body['tags'], body['properties']?.['list']]).toEqual([{ a: 'c' }, [2, { n: 3 }]])
      expect(body['properties']).not.toHaveProperty('accessTier')
    })

    it('deletes one by hand, with what is in it', async () => {
      await group()
      await put()
      await put(`${account}/blobServices/default`, {})
      await ground.control('delete-resource', { id: account })
      expect(ground.sandbox.world.graph.below('/').map(({ id }) => id)).toEqual([rg])
    })

    it('lets reads be stale', async () => {
      await group()
      ground.clock.advance(60_000)
      await ground.control('stale-reads', { scope: rg, lagMs: 30_000, forMs: 45_000 })
      await put(`${rg}/providers/Microsoft.Authorization/locks/l`, { properties: { level: 'ReadOnly' } })
      const read = async () =>
        (await ground.call(`GET ${rg}/providers/Microsoft.Authorization/locks/l`)).status
      expect(await read()).toBe(404)
      ground.clock.advance(30_000)
      expect(await read()).toBe(200)
      await ground.control('delete-resource', { id: `${rg}/providers/Microsoft.Authorization/locks/l` })
      expect(await read()).toBe(200)
      ground.clock.advance(15_000)
      expect(await read()).toBe(404)
    })

    it('lets lists be stale', async () => {
      await group()
      await put()
      ground.clock.advance(60_000)
      await ground.control('stale-reads', { lagMs: 30_000, forMs: 45_000 })
      await ground.control('delete-resource', { id: account })
      const names = async () => (await ground.call('GET ~/resources')).body['value']?.map(({ name }) => name)
      expect(await names()).toEqual(['acc1'])
      ground.clock.advance(45_000)
      expect(await names()).toEqual([])
    })

    it.each([
      {
        name: 'a policy on a type and a place',
        command: 'policy',
        rule: { name: 'no-storage', type: 'Microsoft.Storage/storageAccounts', location: 'West US' },
        want: '403 RequestDisallowedByPolicy',
      },
      {
        name: 'a quota',
        command: 'quota',
        rule: { name: 'Accounts', type: 'Microsoft.Storage/storageAccounts', limit: 0 },
        want: '409 QuotaExceeded',
      },
      { name: 'a SKU', command: 'sku', rule: { sku: 'Standard_LRS' }, want: '409 SkuNotAvailable' },
    ])('forbids by $name', async ({ command, rule, want }) => {
      await group()
      await ground.control(command, { scope: rg, ...rule })
      const body = { location: 'westus', sku: { name: 'Standard_LRS' } }
      expect(await ground.refusal(`PUT ${account}`, { body })).toBe(want)
      expect((await put(account, { location: 'eastus', sku: { name: 'Premium_LRS' } })).status).toBe(
        command === 'quota' ? 409 : 202,
      )
      await ground.control('forget-faults')
      await put(`${account}2`, body)
    })

    it('names policy, assignment and resource', async () => {
      await group()
      await ground.control('policy', {
        scope: rg,
        name: 'no-storage',
        type: 'Microsoft.Storage/storageAccounts',
      })
      const { body } = await put()
      expect(body['error']).toMatchObject({
        target: 'acc1',
        message: expect.stringContaining("Resource 'acc1' was disallowed by policy.") as string,
        additionalInfo: [
          {
            type: 'PolicyViolation',
            info: { policyDefinitionName: 'no-storage', policyAssignmentScope: rg },
          },
        ],
      })
    })

    it('gives tags that nobody sent', async () => {
      await ground.control('policy-tags', { scope: rg, tags: { owner: 'policy', env: 'policy' } })
      await group()
      await put(account, { location: 'westus', tags: { env: 'mine' } })
      expect((await ground.call(`GET ${account}`)).body['tags']).toEqual({
        owner: 'policy',
        env: 'mine',
      })
      expect((await ground.call('GET ~/resourcegroups/rg')).body['tags']).toEqual({
        owner: 'policy',
        env: 'policy',
      })
    })

    it('a quota lets as many as it says, and updates of them', async () => {
      await group()
      await ground.control('quota', { name: 'Accounts', type: 'Microsoft.Storage/storageAccounts', limit: 1 })
      expect((await put()).status).toBe(202)
      expect((await put()).status).toBe(200)
      expect((await put(`${account}2`)).status).toBe(409)
    })
  })

  it('counts calls by what they were', async () => {
    await group()
    await put()
    await put()
    await ground.call(`GET ${account}`)
    await ground.call('GET ~/resourcegroups/no')
    const web = '~/resourcegroups/rg/providers/Microsoft.Resources/deployments/web'
    const body = { properties: { mode: 'Incremental', template: {} } }
    await ground.call(`POST ${web}/validate`, { body })
    await ground.call(`POST ${web}/whatIf`, { body })
    const counted = ground.sandbox.calls.counts({ mutating: true })
    expect(counted).toMatchObject({ total: 4, mutating: 4 })
    expect(counted.calls.map(({ action, name, count }) => [action, name, count])).toEqual([
      ['ResourceGroupsCreateOrUpdate', undefined, 1],
      ['ResourcesCreateOrUpdateById', 'acc1', 2],
      ['DeploymentsWhatIf', 'web', 1],
    ])
    expect(await ask('/calls?action=ResourceGroupsGet&group=no&service=arm')).toMatchObject({
      total: 1,
      mutating: 0,
      calls: [{ outcome: 'ResourceGroupNotFound' }],
    })
    expect(await ask('/calls?name=acc1&log=true')).toMatchObject({
      total: 3,
      log: [{ status: 202, method: 'PUT', path: account }, { status: 200 }, { status: 200, method: 'GET' }],
    })
    expect(await ask('/calls?service=nope')).toMatchObject({
      error: expect.stringContaining('calls: ') as string,
    })
    await ground.control('forget-calls')
    expect(ground.sandbox.calls.counts().total).toBe(0)
  })

  it('forgets everything', async () => {
    await group()
    await ground.control('throttle', { times: 5 })
    await ground.control('subscription', { id: subscription.split('/').at(-1), state: 'missing' })
    await ground.control('reset')
    expect(await exists()).toBe(false)
    expect((await group()).status).toBe(201)
  })
})
