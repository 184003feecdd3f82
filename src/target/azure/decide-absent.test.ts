import { describe, expect, test } from 'vitest'
import {
  appliedStatus,
  cause,
  decideGiven,
  foreign,
  operationOf,
  stackId,
  viewOf,
  wordOf,
  type Case,
} from './decide.fixture.ts'

const leaving: Case[] = [
  {
    name: 'what does not carry our mark stays',
    given: { observation: { view: viewOf('Succeeded', foreign) } },
    want: 'deleted',
    check: (decision) => expect(decision.message).toMatch(/left as it is and forgotten/),
  },
  {
    name: 'a plain deployment: only the record goes, and that is said',
    given: { observation: { view: viewOf('Succeeded') } },
    want: 'act delete',
    check: (decision) => expect(decision.message).toMatch(/its resources stay/),
  },
  {
    name: 'a stack says what goes with it',
    given: {
      spec: { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } },
      observation: { view: viewOf('succeeded', { id: stackId }) },
    },
    want: 'act delete',
    check: (decision) => expect(decision.message).toMatch(/with its resources; resource groups stay/),
  },
  {
    name: 'F14 known, and not to be seen once: looked for again',
    given: { status: appliedStatus(), observation: {} },
    want: 'wait Deleting',
  },
  {
    name: 'known, and not to be seen again: gone',
    given: {
      status: appliedStatus(),
      operation: operationOf('confirm-gone', {}, { type: 'delete' }),
      observation: {},
    },
    want: 'deleted',
  },
  { name: 'never made', given: { observation: {} }, want: 'deleted' },
  {
    name: 'deleted by us: gone',
    given: { operation: operationOf('delete', { answered: 'delete' }, { type: 'delete' }), observation: {} },
    want: 'deleted',
  },
  {
    name: 'being deleted by us',
    given: {
      operation: operationOf('delete', { answered: 'delete' }, { type: 'delete' }),
      observation: { view: viewOf('deletingResources') },
    },
    want: 'wait Deleting',
  },
  {
    name: 'F1 killed before the call: again',
    given: {
      operation: operationOf('delete', {}, { type: 'delete' }),
      observation: { view: viewOf('Succeeded') },
    },
    want: 'act delete',
  },
  {
    name: 'the deletion failed',
    given: {
      spec: { mode: 'Stack' },
      operation: operationOf('delete', { answered: 'delete', id: stackId }, { type: 'delete' }),
      observation: { view: viewOf('failed', { id: stackId }), cause },
    },
    want: 'blocked DeleteFailed',
    check: (decision) => expect(decision.message).toMatch(/vnet .*InvalidAddressPrefix/),
  },
  {
    name: 'a deletion that ARM refused',
    given: {
      operation: operationOf('delete', { answered: 'delete', refused: 'locked' }, { type: 'delete' }),
      observation: { view: viewOf('Succeeded') },
    },
    want: 'blocked DeleteFailed',
  },
]

describe('to be gone', () => {
  test.each(leaving)('$name', ({ given, want, check }) => {
    const decision = decideGiven({ ...given, wish: 'absent' })
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})
