import { expect, test } from 'vitest'
import { readSettings } from '../../compose/settings.ts'
import { cloudsInUse } from './in-use.ts'

const tenant = '11111111-2222-3333-4444-555555555555'
test.each([
  { name: 'nothing names a cloud', env: {}, kinds: [], aws: true, azure: false },
  { name: 'a stack', env: {}, kinds: ['CloudFormationStack'], aws: true, azure: false },
  { name: 'a deployment', env: {}, kinds: ['AzureDeployment'], aws: false, azure: true },
  {
    name: 'a stack and a deployment',
    env: {},
    kinds: ['CloudFormationStack', 'AzureDeployment'],
    aws: true,
    azure: true,
  },
  {
    name: 'deployments, and state in DynamoDB',
    env: { HEADWATER_STORE: 'dynamodb://fleet' },
    kinds: ['AzureDeployment'],
    aws: true,
    azure: true,
  },
  {
    name: 'a setting of Azure',
    env: { HEADWATER_AZURE_TENANT_ID: tenant },
    kinds: [],
    aws: false,
    azure: true,
  },
  {
    name: 'deployments, and git in CodeCommit',
    env: {
      HEADWATER_SOURCE_URL: 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/fleet',
      HEADWATER_SOURCE_PROVIDER: 'aws',
    },
    kinds: ['AzureDeployment'],
    aws: true,
    azure: true,
  },
  {
    name: 'a stack, and git in Azure DevOps',
    env: {
      HEADWATER_SOURCE_URL: 'https://dev.azure.com/o/p/_git/fleet',
      HEADWATER_SOURCE_PROVIDER: 'azure',
    },
    kinds: ['CloudFormationStack'],
    aws: true,
    azure: true,
  },
])('$name', ({ env, kinds, aws, azure }) => {
  const settings = readSettings(env, {}, '/nowhere')
  expect(cloudsInUse(settings, new Set(kinds))).toEqual({ aws, azure })
})
