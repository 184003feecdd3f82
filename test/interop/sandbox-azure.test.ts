import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startSecureAzureSandbox } from './azure-sandbox.ts'
import { describeWith, run } from './programs.ts'

const script = fileURLToPath(new URL('./azure-clients.py', import.meta.url))
const group = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg'
const account = (name: string): string => `${group}/providers/Microsoft.Storage/storageAccounts/${name}`

describeWith(['python'], 'Microsoft’s Python clients against the pretend Azure', ({ python }) => {
  it('make groups, deployments, what-ifs, stacks and stack what-ifs', async () => {
    const sandbox = await startSecureAzureSandbox()
    try {
      await sandbox.control('delay-resource', { id: account('slowstore'), ms: 60_000 })
      const ran = await run(python, [script, sandbox.secureUrl, await tokenFor(sandbox.url)], {
        env: { NO_PROXY: '127.0.0.1,localhost', REQUESTS_CA_BUNDLE: sandbox.authorityFile },
      })
      expect(ran.stderr).toBe('')
      expect(JSON.parse(ran.stdout)).toEqual({
        group: [group, 'westeurope', 'Succeeded', { a: '1' }],
        'group exists': [true, false],
        groups: ['rg'],
        'group missing': [404, 'ResourceGroupNotFound'],

        validate: ['Succeeded', ['one']],
        'validate wrong': [400, 'InvalidTemplate'],
        deployment: ['web', 'Succeeded', ['onestore', 'twostore']],
        outputs: { first: { type: 'String', value: account('onestore') } },
        parameters: { size: { type: 'String', value: 'Standard_LRS' } },
        deployments: ['web'],
        'deployment exists': [true, false],
        operations: [
          ['Create', 'Succeeded'],
          ['Create', 'Succeeded'],
          ['EvaluateDeploymentOutput', 'Succeeded'],
        ],
        export: { Size: { type: 'String', defaultValue: 'Standard_LRS' } },
        // It was taken, and the poll that told of its end was 200.
        failed: [200, 'DeploymentFailed', 'AccountNameInvalid'],
        'failed state': 'Failed',

        'what-if': [
          ['Create', 'newstore'],
          ['Ignore', 'twostore'],
          ['Modify', 'onestore'],
        ],
        delta: [['sku.name', 'Modify', 'Standard_LRS', 'Standard_GRS']],
        'what-if wrong': ['Failed', 'InvalidTemplate'],

        busy: [409, 'DeploymentActive'],
        canceled: 'Canceled',
        'canceled again': [409, 'DeploymentCannotBeCancelled'],

        subscription: 'Succeeded',
        'its group': 'northeurope',
        'deployment gone': false,
        'resources stay': ['onestore', 'slowstore', 'twostore'],

        'stack validate': ['stackone'],
        'stack validate wrong': [400, 'InvalidTemplate'],
        stack: ['succeeded', ['stackone', 'stacktwo'], 'denyDelete'],
        denied: [403, 'DenyAssignmentAuthorizationFailed'],
        stacks: ['shop'],
        'stack what-if': [
          ['create', 'definite', 'stackthree'],
          ['delete', 'definite', 'stacktwo'],
          ['noChange', 'definite', 'stackone'],
        ],
        'stack what-if deny': ['DenyDelete', 'None'],
        'stack what-if gone': [404, 'DeploymentStackWhatIfResourceNotFound'],
        // Managed, detached, deleted.
        detached: [['stackone'], ['stacktwo'], []],
        deleted: [[], [], ['stackone']],
        'stack export': '1.0.0.0',
        'stack gone': [404, 'DeploymentStackResourceNotFound'],
        left: ['onestore', 'slowstore', 'stacktwo', 'twostore'],
        'group gone': false,
      })
    } finally {
      await sandbox.close()
    }
  })
})

/** As any application gets one: by its secret. */
async function tokenFor(url: string): Promise<string> {
  const response = await fetch(`${url}/22222222-2222-2222-2222-222222222222/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: '33333333-3333-3333-3333-333333333333',
      client_secret: 'any',
      scope: 'https://management.azure.com/.default',
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return token
}
