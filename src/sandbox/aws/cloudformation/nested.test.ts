import { describe, expect, it } from 'vitest'
import { ssm, tryEngine } from './try-engine.ts'

describe('Nested stacks', () => {
  const URL = 'https://bucket.s3.amazonaws.com/child.json'
  const child = (value: string) =>
    JSON.stringify({
      Parameters: { V: { Type: 'String', Default: 'v' } },
      Resources: { P: ssm({ 'Fn::Sub': `\${V}${value}` }) },
      Outputs: { Value: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
    })
  const parent = (value: string) => ({
    Resources: {
      Child: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: URL, Parameters: { V: value } },
      },
      After: ssm({ 'Fn::GetAtt': ['Child', 'Outputs.Value'] }),
    },
    Outputs: {
      Value: { Value: { 'Fn::GetAtt': ['Child', 'Outputs.Value'] } },
      Id: { Value: { Ref: 'Child' } },
    },
  })

  it('are created, updated and deleted with their parent', async () => {
    const { call, create, events, settled, stack, templates, update } = tryEngine()
    templates.set(URL, child(''))
    expect(await create('parent', parent('a'))).toBe('CREATE_COMPLETE')
    const shown = await stack('parent')
    const [value, id] = (shown['Outputs'] ?? []).map((output) => output['OutputValue'])
    expect(value).toBe('a')
    const nested = await stack(String(id))
    expect(nested).toMatchObject({ ParentId: shown['StackId'], RootId: shown['StackId'] })
    expect(nested['StackName']).toMatch(/^parent-Child-[A-Z0-9]{12}$/)
    expect(await update('parent', parent('b'))).toBe('UPDATE_COMPLETE')
    expect((await stack(String(id)))['StackStatus']).toBe('UPDATE_COMPLETE')
    expect((await stack('parent'))['Outputs']?.[0]?.['OutputValue']).toBe('b')
    templates.set(URL, child('!'))
    await call('DeleteStack', { StackName: 'parent' })
    await settled(String(shown['StackId']))
    expect((await stack(String(id)))['StackStatus']).toBe('DELETE_COMPLETE')
    expect((await events(String(id))).at(-1)).toBe('. DELETE_COMPLETE')
  })

  it('let their failures bubble up', async () => {
    const { create, engine, events, templates } = tryEngine()
    templates.set(URL, child(''))
    engine.faults.failResource({ stackName: '*', logicalId: 'P', on: 'create', reason: 'no' })
    expect(await create('parent', parent('a'))).toBe('ROLLBACK_COMPLETE')
    expect((await events('parent')).find((line) => line.includes('CREATE_FAILED'))).toMatch(
      /^Child CREATE_FAILED \[Embedded stack arn:\S+ was not successfully created: The following resource\(s\) failed to create: \[P\]\. \]$/,
    )
  })

  it('are rolled back when the parent fails later', async () => {
    const { create, engine, events, stack, templates, update } = tryEngine()
    templates.set(URL, child(''))
    await create('parent', parent('a'))
    const id = String((await stack('parent'))['Outputs']?.[1]?.['OutputValue'])
    engine.faults.failResource({ stackName: 'parent', logicalId: 'After', on: 'update', reason: 'no' })
    expect(await update('parent', parent('b'))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack(id))['StackStatus']).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack(id))['Outputs']?.[0]?.['OutputValue']).toBe('a')
    expect(await events(id)).toContain('P UPDATE_COMPLETE')
  })

  it('get change sets of their own when asked', async () => {
    const { call, changeSet, settled, templates } = tryEngine()
    templates.set(URL, child(''))
    const set = await changeSet('parent', parent('a'), {
      ChangeSetType: 'CREATE',
      IncludeNestedStacks: 'true',
    })
    const changes = (set['Changes'] ?? []).map((change) => change['ResourceChange'])
    const nestedId = changes.find((change) => change['LogicalResourceId'] === 'Child')?.['ChangeSetId']
    const nested = await call('DescribeChangeSet', { ChangeSetName: nestedId })
    expect(nested).toMatchObject({
      ParentChangeSetId: set['ChangeSetId'],
      RootChangeSetId: set['ChangeSetId'],
    })
    expect(nested['Changes']).toHaveLength(1)
    await call('ExecuteChangeSet', { ChangeSetName: set['ChangeSetId'] })
    expect(await settled('parent')).toBe('CREATE_COMPLETE')
    expect(await settled(String(nested['StackId']))).toBe('CREATE_COMPLETE')
  })
})
