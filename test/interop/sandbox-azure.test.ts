import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import { describeWith, run } from './programs.ts'

const script = fileURLToPath(new URL('./azure.py', import.meta.url))

describeWith(['python'], 'Microsoft’s Python clients against the pretend Azure', ({ python }) => {
  it('make groups, deployments, what-ifs, stacks and stack what-ifs', async () => {
    // Quick, but slow enough that the clients have to poll.
    const sandbox = await createAzureSandbox({
      clock: createSystemClock(),
      random: createSystemRandom(),
      speed: 100,
    })
    try {
      const ran = await run(python, [script, sandbox.url, await tokenFor(sandbox.url)], {
        env: { NO_PROXY: '127.0.0.1' },
      })
      expect(ran.stderr).toBe('')
      const seen = JSON.parse(ran.stdout) as Record<string, unknown>
      const first = expect.stringContaining('Microsoft.Storage/storageAccounts/onestore') as unknown
      expect(seen).toEqual({
        group: ['rg', 'westeurope', 'Succeeded', { a: '1' }],
        exists: [true, false],
        groups: ['rg'],
        'missing group': [404, 'ResourceGroupNotFound'],
        validate: 'Succeeded',
        'validate wrong': [400, 'InvalidTemplate'],
        deployment: [
          'web',
          'Succeeded',
          { first: { type: 'String', value: first } },
          ['onestore', 'twostore'],
        ],
        parameters: { size: { type: 'String', value: 'Standard_LRS' } },
        deployments: ['web'],
        'deployment exists': [true, false],
        operations: ['Create', 'Create', 'EvaluateDeploymentOutput'],
        'what-if': [
          ['Create', 'newstore'],
          ['Ignore', 'twostore'],
          ['Modify', 'onestore'],
        ],
        delta: [['sku.name', 'Modify']],
        export: ['Size'],
        failed: [400, expect.any(String)],
        subscription: 'Succeeded',
        'its group': 'northeurope',
        'deployment gone': false,
        'resources stay': ['onestore', 'twostore'],
        'stack validate': ['stackone'],
        stack: ['succeeded', ['stackone', 'stacktwo']],
        'stack what-if': [
          ['create', 'stackthree'],
          ['delete', 'stacktwo'],
        ],
        'stack what-if gone': [404, 'DeploymentStackWhatIfResourceNotFound'],
        detached: ['stacktwo'],
        deleted: ['stackone'],
        'stack export': '1.0.0.0',
        'stack gone': [404, 'DeploymentStackResourceNotFound'],
        left: ['onestore', 'stacktwo', 'twostore'],
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
