import { describe, expect, it } from 'vitest'
import { decodeQuery } from './query.ts'

describe('decodeQuery', () => {
  const cases: { name: string; given: string; want: unknown }[] = [
    { name: 'no action', given: 'Version=1', want: undefined },
    {
      name: 'scalars stay texts',
      given: 'Action=A&Version=2010-05-15&DisableRollback=true&TimeoutInMinutes=5',
      want: {
        action: 'A',
        version: '2010-05-15',
        input: { DisableRollback: 'true', TimeoutInMinutes: '5' },
      },
    },
    {
      name: 'lists, in the order of their numbers',
      given: 'Action=A&Tags.member.10.Key=k10&Tags.member.2.Key=k2&Tags.member.2.Value=a+b%26c',
      want: { action: 'A', version: '', input: { Tags: [{ Key: 'k2', Value: 'a b&c' }, { Key: 'k10' }] } },
    },
    {
      name: 'lists in objects in lists',
      given:
        'Action=A&RollbackConfiguration.RollbackTriggers.member.1.Arn=x&ResourcesToImport.member.1.ResourceIdentifier.entry.1.key=Id&ResourcesToImport.member.1.ResourceIdentifier.entry.1.value=v',
      want: {
        action: 'A',
        version: '',
        input: {
          RollbackConfiguration: { RollbackTriggers: [{ Arn: 'x' }] },
          ResourcesToImport: [{ ResourceIdentifier: { Id: 'v' } }],
        },
      },
    },
    {
      name: 'an empty list is told from an empty text by its name',
      given: 'Action=A&Tags=&Description=&RollbackConfiguration.RollbackTriggers=',
      want: {
        action: 'A',
        version: '',
        input: { Tags: [], Description: '', RollbackConfiguration: { RollbackTriggers: [] } },
      },
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(decodeQuery(new URLSearchParams(given))).toEqual(want)
  })

  it('has no way to a prototype', () => {
    decodeQuery(new URLSearchParams('Action=A&__proto__.polluted=1&constructor.prototype.polluted=1'))
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
