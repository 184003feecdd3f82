import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloudIdentities } from '../../src/compose/identities.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox, type AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAzureSandbox, type AzureSandbox } from '../../src/sandbox/azure/server.ts'

const clock = createSystemClock()
const random = createSystemRandom()
const before = { ...process.env }
let azure: AzureSandbox
let aws: AwsSandbox

beforeAll(async () => {
  azure = await createAzureSandbox({ clock, random })
  aws = await createAwsSandbox({ clock, random })
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: `${azure.url}/msi/token`,
    IDENTITY_HEADER: 'any',
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-west-1',
  })
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    delete process.env[name]
})
afterAll(async () => {
  for (const name of Object.keys(process.env)) if (before[name] === undefined) delete process.env[name]
  Object.assign(process.env, before)
  await azure.close()
  await aws.close()
})

test('run in Azure, CodeCommit is signed in to by the role that the managed identity is exchanged for', async () => {
  const settings = readSettings({
    AWS_REGION: 'eu-west-1',
    HEADWATER_AZURE_CREDENTIAL: 'managed-identity',
    HEADWATER_AWS_FEDERATION: 'azure',
    HEADWATER_AWS_ROLE_ARN: 'arn:aws:iam::210987654321:role/headwater',
  })
  const identities = cloudIdentities(settings, { resolve: async () => '' })
  const keys = await identities.aws()
  expect(keys.accessKeyId).toMatch(/^ASIA/)
  expect(keys.sessionToken).toBeTruthy()
  // They are kept while they are good.
  expect(await identities.aws()).toEqual(keys)
  expect(aws.calls.recent({}).map(({ action }) => action)).toEqual(['AssumeRoleWithWebIdentity'])
})

test('no credentials anywhere: told, with a reason', async () => {
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null'
  process.env['AWS_CONFIG_FILE'] = '/dev/null'
  const identities = cloudIdentities(readSettings({}), { resolve: async () => '' })
  await expect(identities.aws()).rejects.toMatchObject({
    reason: 'AuthenticationFailed',
    class: 'stalled',
    message: expect.stringContaining('no credentials of AWS to sign in by') as string,
  })
})
