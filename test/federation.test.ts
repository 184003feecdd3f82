import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { azureDeploymentSpec } from '../src/api/kinds/azure-deployment.ts'
import { cloudFormationStackSpec } from '../src/api/kinds/cloud-formation-stack.ts'
import { HeadwaterError } from '../src/api/errors.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import { createSystemClock, createSystemRandom } from '../src/compose/system.ts'
import { createAwsSandbox, type AwsSandbox } from '../src/sandbox/aws/server.ts'
import { createAzureSandbox, type AzureSandbox } from '../src/sandbox/azure/server.ts'
import { defaultSubscription } from '../src/sandbox/azure/subscriptions.ts'
import { awsWebIdentityToken } from '../src/target/azure/aws-token.ts'
import { createTokenSource, identityToken, type CredentialOptions } from '../src/target/azure/credential.ts'
import { createAzureTarget } from '../src/target/azure/index.ts'
import { createCloudFormationTarget } from '../src/target/cloudformation/index.ts'

const tenantId = '00000000-0000-4000-8000-0000000000a1'
const clientId = '00000000-0000-4000-8000-0000000000c1'
const deployer = {
  tenantId: '00000000-0000-4000-8000-0000000000a2',
  clientId: '00000000-0000-4000-8000-0000000000c2',
}
const roleArn = 'arn:aws:iam::210987654321:role/headwater'
const exchange = 'api://AzureADTokenExchange'

const clock = createSystemClock()
const random = createSystemRandom()
const trusted = getCACertificates('default')
let azure: AzureSandbox
let aws: AwsSandbox
const environment = { ...process.env }

beforeAll(async () => {
  azure = await createAzureSandbox({ clock, random, httpsPort: 0 })
  aws = await createAwsSandbox({ clock, random })
  setDefaultCACertificates([...trusted, azure.caPem ?? ''])
})
afterAll(async () => {
  setDefaultCACertificates(trusted)
  await azure.close()
  await aws.close()
})
beforeEach(async () => {
  // As a function app finds its managed identity.
  process.env['IDENTITY_ENDPOINT'] = `${azure.url}/msi/token`
  process.env['IDENTITY_HEADER'] = 'any'
  process.env['AWS_ACCESS_KEY_ID'] = 'test'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test'
  await azure.control('reset')
  aws.calls.clear()
})
afterEach(() => {
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    if (environment[name] === undefined) delete process.env[name]
    else process.env[name] = environment[name]
  }
})

function options(kind: CredentialOptions['kind'], more: Partial<CredentialOptions> = {}): CredentialOptions {
  return {
    kind,
    endpoint: azure.url,
    authority: azure.httpsUrl ?? '',
    awsToken: async (audience) => awsWebIdentityToken(audience, { region: 'eu-west-1', endpoint: aws.url }),
    ...more,
  }
}

/** Claims of a token. */
function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

/** Looks at a deployment, by the identity that the options give. */
async function look(credential: CredentialOptions, deployAs?: typeof deployer): Promise<unknown> {
  const target = createAzureTarget({
    controllerId: 'hw',
    clock,
    endpoint: azure.url,
    tokens: createTokenSource(credential),
    templateBody: async () => new Uint8Array(),
  })
  const scope = { subscription: { subscriptionId: defaultSubscription } }
  const spec = azureDeploymentSpec.parse({
    template: 'x.json',
    location: 'westeurope',
    scope,
    ...(deployAs === undefined ? {} : { deployAs }),
  })
  return target.observe({
    record: recordOf('AzureDeployment', spec),
    wish: 'present',
    force: false,
    driftDue: false,
  })
}

function recordOf(kind: string, spec: Record<string, unknown>): ObjectRecord {
  const status = { conditions: [], observedGeneration: 0 }
  return { schema: 1, kind, namespace: 'x', name: 'x', spec, generation: 1, status }
}

async function failure(promise: Promise<unknown>): Promise<HeadwaterError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (problem: unknown) => problem,
  )
  if (error instanceof HeadwaterError) return error
  throw error
}

describe('who the controller is to Azure', () => {
  test('a managed identity', async () => {
    const token = await createTokenSource(options('managed-identity')).token(undefined, false)
    expect(claimsOf(token)).toMatchObject({ aud: expect.stringContaining('management.azure.com') as string })
    expect(await look(options('managed-identity'))).toEqual({})
  })
  test('an application with a secret, which is nowhere in an error', async () => {
    const secret = { tenantId, clientId, clientSecret: async () => 'hunter2' }
    expect(await look(options('client-secret', secret))).toEqual({})
    await azure.control('client', { clientId, secret: 'another' })
    const error = await failure(look(options('client-secret', secret)))
    expect(error).toMatchObject({ class: 'backoff', reason: 'AuthenticationFailed' })
    expect(error.message).toMatch(/no token for the controller's own identity: .*AADSTS/)
    expect(error.message).not.toContain('hunter2')
  })
  test('in AWS: AWS vouches for the role, Entra takes its word', async () => {
    expect(await look(options('aws-federation', { tenantId, clientId }))).toEqual({})
    expect(azure.clients.assertions()).toMatchObject([
      { clientId, audience: exchange, subject: 'arn:aws:iam::123456789012:user/sandbox', accepted: true },
    ])
    expect(aws.calls.counts({ service: 'sts' }).calls).toMatchObject([{ action: 'GetWebIdentityToken' }])
  })
  test('in AWS: a subject that Entra does not trust is refused, and said', async () => {
    const federated = [{ issuer: 'https://other', subject: 'x', audience: exchange }]
    await azure.control('client', { clientId, federated })
    const error = await failure(look(options('aws-federation', { tenantId, clientId })))
    expect(error.message).toMatch(/AADSTS70021/)
  })
  test('what is missing is named', async () => {
    expect((await failure(look(options('aws-federation')))).message).toBe(
      'aws-federation needs HEADWATER_AZURE_TENANT_ID and HEADWATER_AZURE_CLIENT_ID',
    )
    expect((await failure(look(options('client-secret', { tenantId, clientId })))).message).toMatch(
      /needs HEADWATER_AZURE_CLIENT_SECRET/,
    )
  })
})

describe('deployAs: another identity that trusts the controller’s own', () => {
  test.each(['managed-identity', 'aws-federation'] as const)('by %s', async (kind) => {
    expect(
      await look(options(kind, kind === 'aws-federation' ? { tenantId, clientId } : {}), deployer),
    ).toEqual({})
    expect(azure.clients.assertions().at(-1)).toMatchObject({
      clientId: deployer.clientId,
      audience: exchange,
      accepted: true,
    })
  })
  test('each identity has a token of its own', async () => {
    const source = createTokenSource(options('managed-identity'))
    const [own, other] = [await source.token(undefined, false), await source.token(deployer, false)]
    expect(claimsOf(other)).toMatchObject({ tid: deployer.tenantId, appid: deployer.clientId })
    expect(claimsOf(own)['appid']).not.toBe(deployer.clientId)
  })
  test('a secret proves nothing to others', async () => {
    const secret = { tenantId, clientId, clientSecret: async () => 'x' }
    expect(await failure(look(options('client-secret', secret), deployer))).toMatchObject({
      class: 'stalled',
      reason: 'CredentialsUnfit',
    })
  })
})

describe('who the controller is to AWS when it runs in Azure', () => {
  const stackOf = (deployAs?: { roleArn: string }) =>
    recordOf(
      'CloudFormationStack',
      cloudFormationStackSpec.parse({ template: 'x.yaml', ...(deployAs === undefined ? {} : { deployAs }) }),
    )
  const stackTarget = () =>
    createCloudFormationTarget({
      controllerId: 'hw',
      defaultRegion: 'eu-west-1',
      clock,
      endpoint: aws.url,
      templateBody: async () => new Uint8Array(),
      templateUrl: () => undefined,
      webIdentity: { roleArn, token: async () => identityToken(options('managed-identity'), exchange) },
    })
  const subject = (record: ObjectRecord) =>
    ({ record, wish: 'present', force: false, driftDue: false }) as const

  test('the managed identity’s token buys a role, and no key is used', async () => {
    delete process.env['AWS_ACCESS_KEY_ID']
    delete process.env['AWS_SECRET_ACCESS_KEY']
    const target = stackTarget()
    expect(await target.observe(subject(stackOf()))).toEqual({})
    await target.observe(subject(stackOf()))
    const calls = aws.calls.recent({}).map(({ action, principal }) => `${action} ${principal}`)
    expect(calls.filter((call) => call.startsWith('AssumeRoleWithWebIdentity'))).toHaveLength(1)
    expect(calls.at(-1)).toMatch(/^DescribeStacks .*assumed-role\/headwater\/headwater-hw/)
  })
  test('and with it a further role in another account', async () => {
    await stackTarget().observe(subject(stackOf({ roleArn: 'arn:aws:iam::310987654321:role/deployer' })))
    const actions = aws.calls.recent({}).map(({ action }) => action)
    expect(actions).toEqual(['AssumeRoleWithWebIdentity', 'AssumeRole', 'DescribeStacks'])
  })
})
