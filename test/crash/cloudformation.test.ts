import { expect, it } from 'vitest'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import {
  DescribeStacksCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import { stackFiles } from '../support/harness.ts'
import { rollOutUnderKills } from './rollout.ts'
import type { Scenario, StagedCloud } from './rollout.ts'

/** How often the controller is killed. */
const kills = Number(process.env['HEADWATER_KILLS'] ?? '200')
const unlucky = 's07'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

const filesOf: Scenario['files'] = (name, { text, dependsOn }) =>
  stackFiles(name, { extra: 'deletionPolicy: Delete', dependsOn, description: text })

const scenario: Scenario = {
  kind: 'CloudFormationStack',
  names: Array.from({ length: 20 }, (_, index) => `s${String(index).padStart(2, '0')}`),
  unlucky,
  files: filesOf,
  openCloud,
  held: (name, text) => ({
    isComplete: true,
    template: filesOf(name, { text, dependsOn: [] })[`stacks/${name}.cfn.yaml`],
  }),
}

async function openCloud(): Promise<StagedCloud> {
  const sandbox = await createAwsSandbox({
    clock: createSystemClock(),
    random: createSystemRandom(),
    speed: 40,
  })
  return {
    env: {
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async misfortune(isUnlucky) {
      const { faults } = sandbox.engine
      faults.clear()
      if (!isUnlucky) return
      for (const on of ['update', 'create'] as const) {
        faults.failResource({ stackName: unlucky, logicalId: 'Topic', on, reason: 'quota exceeded' })
      }
    },
    mutations: () => sandbox.calls.counts({ service: 'cloudformation', mutating: true }).total,
    look: () => look(sandbox.url),
    close: () => sandbox.close(),
  }
}

/** Stacks with their templates, and change sets that were never executed. */
async function look(endpoint: string): ReturnType<StagedCloud['look']> {
  const client = new CloudFormationClient({ endpoint, region: 'eu-west-1', credentials })
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}))
  const objects: Record<string, unknown> = {}
  const leftBehind: string[] = []
  for (const { StackName = '', StackStatus = '' } of Stacks) {
    const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }))
    const isComplete = /^(CREATE|UPDATE)_COMPLETE$/.test(StackStatus)
    objects[StackName] = { isComplete, template: TemplateBody }
    const { Summaries = [] } = await client.send(new ListChangeSetsCommand({ StackName }))
    // The set that was executed last stays listed, as a stack's history, however that ended.
    const open = Summaries.filter(({ ExecutionStatus }) => !ExecutionStatus?.startsWith('EXECUTE_'))
    leftBehind.push(
      ...open.map(
        ({ ChangeSetName = '', ExecutionStatus = '' }) => `${StackName} ${ChangeSetName} ${ExecutionStatus}`,
      ),
    )
  }
  client.destroy()
  return { objects, leftBehind }
}

it(`stacks under ${kills} kills end as declared, with at most one repeated call per kill and nothing left behind`, async () => {
  const { killed, spared } = await rollOutUnderKills(scenario, kills)
  expect(killed).toBeLessThanOrEqual(spared + kills)
}, 1_500_000)
