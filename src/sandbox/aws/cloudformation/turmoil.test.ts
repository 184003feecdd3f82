import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from './engine.ts'
import type { FaultPhase } from './faults.ts'
import { type Trial, ssm, tryEngine } from './try-engine.ts'

const URL = 'https://bucket.s3.amazonaws.com/child.json'

/** A small stack that is different for every number: things made, changed, replaced, removed, nested, retained. */
function template(seed: number): string {
  const has = (bit: number): boolean => ((seed >> bit) & 1) === 1
  const resources: Record<string, unknown> = {
    A: { Type: 'AWS::SNS::Topic', Properties: has(0) ? { TopicName: `t${seed & 6}` } : {} },
    B: ssm(has(1) ? { Ref: 'A' } : `v${seed}`),
    C: ssm({ 'Fn::GetAtt': ['B', 'Value'] }, { DependsOn: 'A' }),
  }
  if (has(2)) resources['D'] = ssm({ Ref: 'C' })
  if (has(3)) resources['E'] = { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: seed & 31 } }
  if (has(4))
    resources['N'] = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: URL, Parameters: { V: `n${seed}` } },
    }
  return JSON.stringify({ Resources: resources })
}

const CHILD = JSON.stringify({
  Parameters: { V: { Type: 'String' } },
  Resources: { P: ssm({ Ref: 'V' }), Q: ssm({ Ref: 'P' }) },
  Outputs: { O: { Value: { Ref: 'Q' } } },
})

const number = fc.integer({ min: 0, max: 31 })
// A, which has a name, always can be deleted: what a clean-up gives up on would rightly keep its name.
const action = fc.oneof(
  fc.record({ kind: fc.constantFrom('create', 'update', 'set'), number, keep: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('delete', 'continue', 'rollback', 'cancel', 'force', 'pass', 'settle') }),
  fc
    .record({
      kind: fc.constant('fault'),
      on: fc.constantFrom<FaultPhase>('create', 'update', 'delete', 'rollback'),
      logicalId: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'N', 'P', 'Q'),
    })
    .filter(({ on, logicalId }) => on !== 'delete' || logicalId !== 'A'),
)

type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

async function act(trial: Trial, step: Action): Promise<void> {
  const { call, engine } = trial
  if (step.kind === 'pass') return trial.pass(4000)
  if (step.kind === 'settle') return trial.pass(86_400_000)
  if ('on' in step)
    return engine.faults.failResource({
      stackName: '*',
      logicalId: step.logicalId,
      on: step.on,
      reason: 'no',
      times: 1,
    })
  const request =
    'number' in step ? { StackName: 's', TemplateBody: template(step.number) } : { StackName: 's' }
  const keep = 'keep' in step && step.keep ? { DisableRollback: 'true' } : {}
  switch (step.kind) {
    case 'create':
      await call('CreateStack', { ...request, ...keep })
      return
    case 'update':
      await call('UpdateStack', { ...request, ...keep })
      return
    case 'set': {
      const { Id: id } = await call('CreateChangeSet', {
        ...request,
        ChangeSetName: 'set',
        IncludeNestedStacks: 'true',
      })
      trial.pass(60_000)
      await call('ExecuteChangeSet', { ChangeSetName: id, ...keep })
      return
    }
    case 'delete':
      await call('DeleteStack', request)
      return
    case 'force':
      await call('DeleteStack', { ...request, DeletionMode: 'FORCE_DELETE_STACK' })
      return
    case 'continue':
      await call('ContinueUpdateRollback', request)
      return
    case 'rollback':
      await call('RollbackStack', request)
      return
    default:
      await call('CancelUpdateStack', request)
  }
}

/** Refusals are part of the game; anything else is a defect. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

describe('Stacks in turmoil', () => {
  it('always come to rest, and can be taken away without a trace', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (steps) => {
        const trial = tryEngine()
        trial.templates.set(URL, CHILD)
        for (const step of steps) await attempt(() => act(trial, step))
        trial.engine.faults.clear()
        trial.pass(86_400_000)
        const statuses = async (): Promise<string[]> =>
          ((await trial.call('DescribeStacks'))['Stacks'] ?? []).map((stack) => String(stack['StackStatus']))
        expect(
          (await statuses()).filter(
            (status) => status.endsWith('IN_PROGRESS') && !status.startsWith('REVIEW'),
          ),
        ).toEqual([])
        for (let round = 0; round < 3; round += 1) {
          await attempt(() => trial.call('ContinueUpdateRollback', { StackName: 's' }))
          trial.pass(86_400_000)
          // A nested stack that a clean-up could not delete is nobody's any more, as in AWS.
          for (const stack of (await trial.call('DescribeStacks'))['Stacks'] ?? [])
            if (round > 0 || !('ParentId' in stack))
              await attempt(() => trial.call('DeleteStack', { StackName: stack['StackId'] }))
          trial.pass(86_400_000)
        }
        expect(await statuses()).toEqual([])
        // Every name is free again: nothing was left behind.
        expect(await trial.create('again', template(31))).toBe('CREATE_COMPLETE')
      }),
      { numRuns: 150, seed: 11 },
    )
  })
})
