import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { layGround } from '../../../test/support/sandbox-ground.ts'
import { ApiError } from './cloudformation/errors.ts'

describe('the control endpoint', () => {
  const ground = layGround()
  const client = () => new CloudFormationClient(ground.client())
  const create = () => client().send(new CreateStackCommand({ StackName: 'web', TemplateBody: '{}' }))
  const describeStacks = () => client().send(new DescribeStacksCommand({ StackName: 'web' }))
  /** A CloudFormation that only remembers whether the stack was made. */
  const remember = (): { made: number } => {
    const state = { made: 0 }
    ground.cloudFormation((action) => {
      if (action === 'CreateStack') state.made += 1
      return action === 'CreateStack' ? { StackId: 'arn' } : { Stacks: [] }
    })
    return state
  }
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${ground.sandbox.url}/_sandbox${path}`)).json()

  describe('at the edge', () => {
    it('throttles the next calls of an action, before they take effect', async () => {
      const state = remember()
      await ground.control('throttle', { action: 'CreateStack', times: 2 })
      await describeStacks()
      for (let call = 0; call < 2; call += 1) {
        await expect(create()).rejects.toMatchObject({
          name: 'Throttling',
          message: 'Rate exceeded',
          $metadata: { httpStatusCode: 400 },
        })
      }
      expect(state.made).toBe(0)
      await create()
      expect(state.made).toBe(1)
    })

    it('throttles S3 in its own words', async () => {
      await ground.control('throttle', { service: 's3' })
      await expect(new S3Client(ground.client()).send(new ListBucketsCommand({}))).rejects.toMatchObject({
        name: 'SlowDown',
        $metadata: { httpStatusCode: 503 },
      })
    })

    it.each([
      { when: 'before', status: 500, code: 'InternalFailure', made: 0 },
      { when: 'after', status: 503, code: 'ServiceUnavailable', made: 1 },
    ])('answers $status $when the effect', async ({ when, status, code, made }) => {
      const state = remember()
      await ground.control('error', { when, status })
      await expect(create()).rejects.toMatchObject({
        name: code,
        $fault: 'server',
        $metadata: { httpStatusCode: status },
      })
      expect(state.made).toBe(made)
    })

    it.each([
      { when: 'before', made: 0 },
      { when: 'after', made: 1 },
    ])('drops the answer, $when the effect', async ({ when, made }) => {
      const state = remember()
      await ground.control('drop', { when, mutating: true })
      await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' })
      expect(state.made).toBe(made)
      expect(ground.sandbox.calls.recent()).toMatchObject([
        { action: 'CreateStack', status: 0, outcome: 'dropped', fault: 'drop' },
      ])
    })

    it('drops the answer of a call that was refused, too', async () => {
      ground.cloudFormation(() => {
        throw new ApiError('ValidationError', 'no')
      })
      await ground.control('drop')
      await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' })
    })

    it('answers late, on its own clock', async () => {
      const state = remember()
      await ground.control('slow', { ms: 1000 })
      let answered = false
      const late = create().then(() => (answered = true))
      await expect.poll(() => state.made).toBe(1)
      ground.clock.advance(999)
      await describeStacks()
      expect(answered).toBe(false)
      ground.clock.advance(1)
      await late
      expect(answered).toBe(true)
    })

    it('forgets its faults when told', async () => {
      remember()
      await ground.control('throttle', { times: 100 })
      await ground.control('forget-faults')
      await expect(create()).resolves.toMatchObject({ StackId: 'arn' })
      expect(ground.engineFaults).toEqual([['clear', undefined]])
    })
  })

  describe('to the engine', () => {
    const resource = { stackName: 'web', logicalId: 'Service' }
    it.each([
      {
        path: 'fail-resource',
        body: { ...resource, reason: 'no' },
        want: ['failResource', { ...resource, on: 'any', reason: 'no' }],
      },
      {
        path: 'fail-resource',
        body: { ...resource, on: 'rollback', reason: 'no', times: 1, region: 'eu-west-1' },
        want: ['failResource', { ...resource, on: 'rollback', reason: 'no', times: 1, region: 'eu-west-1' }],
      },
      {
        path: 'delay-resource',
        body: { ...resource, ms: 5 },
        want: ['delayResource', { ...resource, ms: 5 }],
      },
      {
        path: 'change-resource',
        body: { ...resource, path: '/DesiredCount', value: 12 },
        want: ['changeResource', { ...resource, path: '/DesiredCount', value: 12 }],
      },
      {
        path: 'foreign-operation',
        body: { stackName: 'web', ms: 60_000, token: 'console' },
        want: ['startForeignOperation', { stackName: 'web', ms: 60_000, token: 'console' }],
      },
      {
        path: 'stale-reads',
        body: { lagMs: 1, forMs: 2 },
        want: ['staleReads', { lagMs: 1, forMs: 2 }],
      },
    ])('$path', async ({ path, body, want }) => {
      expect(await ground.control(path, body)).toEqual({ status: 200, body: {} })
      expect(ground.engineFaults).toEqual([want])
    })

    it('hands its objections on', async () => {
      expect(await ground.control('delete-resource', { stackName: 'nowhere', logicalId: 'A' })).toEqual({
        status: 400,
        body: { error: 'delete-resource: stack [nowhere] does not exist' },
      })
    })

    it('gives it parameters and secrets', async () => {
      const place = { account: '123456789012', region: 'eu-west-1' }
      await ground.control('ssm-parameter', { ...place, name: '/app/size', value: 'large' })
      await ground.control('secret', { ...place, name: 'db', value: '{"password":"x"}' })
      const seen = ground.surroundings
      expect(seen.ssmParameter?.('/app/size', place)).toBe('large')
      expect(seen.ssmParameter?.('/app/size', { ...place, region: 'eu-west-2' })).toBeUndefined()
      expect(seen.secret?.('db', place)).toBe('{"password":"x"}')
      expect(seen.secret?.('arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1B2c3', place)).toBe(
        '{"password":"x"}',
      )
    })
  })

  describe('about calls', () => {
    it('counts them by service, action, region, stack and outcome', async () => {
      remember()
      await create()
      await create()
      await describeStacks()
      await ground.control('throttle')
      await expect(create()).rejects.toMatchObject({ name: 'Throttling' })
      await new STSClient(ground.client()).send(new GetCallerIdentityCommand({}))

      const common = { region: 'eu-west-1', account: '123456789012' }
      const stacks = { service: 'cloudformation', stack: 'web', ...common }
      expect(await get('/calls')).toEqual({
        total: 5,
        mutating: 3,
        calls: [
          { ...stacks, action: 'CreateStack', mutating: true, outcome: 'ok', count: 2 },
          { ...stacks, action: 'DescribeStacks', mutating: false, outcome: 'ok', count: 1 },
          { ...stacks, action: 'CreateStack', mutating: true, outcome: 'Throttling', count: 1 },
          {
            service: 'sts',
            ...common,
            action: 'GetCallerIdentity',
            mutating: false,
            outcome: 'ok',
            count: 1,
          },
        ],
      })
      expect(await get('/calls?action=CreateStack&stack=web')).toMatchObject({ total: 3 })
      expect(await get('/calls?stack=other')).toMatchObject({ total: 0 })
      expect(await get('/calls?mutating=false&log=true')).toMatchObject({
        total: 2,
        log: [
          { action: 'DescribeStacks', status: 200, at: ground.clock.now() },
          { action: 'GetCallerIdentity', principal: 'arn:aws:iam::123456789012:user/sandbox' },
        ],
      })
      await ground.control('forget-calls')
      expect(await get('/calls')).toEqual({ total: 0, mutating: 0, calls: [] })
    })
  })

  it('empties everything', async () => {
    const s3 = new S3Client(ground.client())
    await s3.send(new CreateBucketCommand({ Bucket: 'one-bucket' }))
    await ground.control('reset')
    expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
    expect(ground.engineFaults).toEqual([['reset', undefined]])
    expect(await get('/calls')).toMatchObject({ total: 1 })
  })

  it('lists what it can do', async () => {
    const index = JSON.stringify(await get(''))
    for (const path of ['GET /_sandbox/calls', 'POST /_sandbox/drop', 'POST /_sandbox/reset']) {
      expect(index).toContain(path)
    }
    expect(await get('/health')).toEqual({ status: 'ok' })
  })

  it.each([
    { path: 'throttl', body: {}, status: 404, error: 'nothing is at POST /_sandbox/throttl' },
    { path: 'constructor', body: {}, status: 404, error: 'nothing is at POST /_sandbox/constructor' },
    { path: 'throttle', body: { tmes: 1 }, status: 400, error: 'Unrecognized key: "tmes"' },
    { path: 'fail-resource', body: { stackName: 'a' }, status: 400, error: 'at logicalId' },
    { path: 'error', body: { status: 404 }, status: 400, error: 'at status' },
  ])('refuses $path $body', async ({ path, body, status, error }) => {
    const answer = await ground.control(path, body)
    expect(answer.status).toBe(status)
    expect(JSON.stringify(answer.body)).toContain(error.replaceAll('"', '\\"'))
  })

  it('is deaf to web pages', async () => {
    const response = await fetch(`${ground.sandbox.url}/_sandbox/reset`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    })
    expect(response.status).toBe(403)
    expect(ground.engineFaults).toEqual([])
  })
})
