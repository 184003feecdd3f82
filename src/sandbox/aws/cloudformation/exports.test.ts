import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

describe('Exports', () => {
  const exporting = (value: string) => ({
    ...topics({ Topic: {} }),
    Outputs: { O: { Value: value, Export: { Name: 'shared' } } },
  })
  const importing = { Resources: { P: ssm({ 'Fn::ImportValue': 'shared' }) } }

  it('are listed, imported, and kept while they are', async () => {
    const { call, create, events, refusal, settled, stack, update } = tryEngine()
    await create('giver', exporting('one'))
    expect(await refusal('ListImports', { ExportName: 'shared' })).toBe(
      "ValidationError: Export 'shared' is not imported by any stack.",
    )
    expect(await create('taker', importing)).toBe('CREATE_COMPLETE')
    const { StackId: id } = await stack('giver')
    expect(await call('ListExports')).toEqual({
      Exports: [{ ExportingStackId: id, Name: 'shared', Value: 'one' }],
    })
    expect(await call('ListImports', { ExportName: 'shared' })).toEqual({ Imports: ['taker'] })
    expect(await update('giver', exporting('two'))).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await events('giver')).toContain(
      '. UPDATE_ROLLBACK_IN_PROGRESS [Export shared cannot be updated as it is in use by taker]',
    )
    await call('DeleteStack', { StackName: 'giver' })
    expect(await settled('giver')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect((await stack('giver'))['StackStatusReason']).toBe(
      'Delete canceled. Cannot delete export shared as it is in use by taker.',
    )
  })

  it('must be there, and be nobody else’s', async () => {
    const { create, events } = tryEngine()
    expect(await create('taker', importing)).toBe('ROLLBACK_COMPLETE')
    expect(await events('taker')).toContain(
      '. ROLLBACK_IN_PROGRESS [No export named shared found. Rollback requested by user.]',
    )
    await create('giver', exporting('one'))
    expect(await create('other', exporting('two'))).toBe('ROLLBACK_COMPLETE')
    expect(await events('other')).toContain(
      '. ROLLBACK_IN_PROGRESS [Export with name shared is already exported by stack giver. Rollback requested by user.]',
    )
  })
})
