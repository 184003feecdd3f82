import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeadwaterError } from './errors.ts'
import { isBelow, resolveTreePath, treeFolder, treePath } from './tree-path.ts'

describe('treePath', () => {
  test.each([
    ['', ''],
    ['.', ''],
    ['./', ''],
    ['/', ''],
    ['./clusters/demo/', 'clusters/demo'],
    ['/stacks//web.yaml', 'stacks/web.yaml'],
    ['a/./b/../c', 'a/c'],
  ])('%j is %j', (given, want) => {
    expect(treePath(given)).toBe(want)
  })
  test.each(['..', '../x', 'a/../../b', '/..', 'a\\b', 'a\0b'])('S9 refuses %j', (given) => {
    expect(() => treePath(given)).toThrow(expect.objectContaining({ reason: 'InvalidPath' }))
  })
})

describe('resolveTreePath', () => {
  test.each([
    ['stacks/eu', 'web.yaml', 'stacks/eu/web.yaml'],
    ['stacks/eu', '../../t/web.yaml', 't/web.yaml'],
    ['stacks/eu', '/web.yaml', 'web.yaml'],
    ['', 'web.yaml', 'web.yaml'],
  ])('from %j, %j is %j', (from, path, want) => {
    expect(resolveTreePath(from, path)).toBe(want)
  })

  test('S9 never leaves the tree, whatever is written', () => {
    const part = fc.constantFrom('..', '.', '', 'a', '...', ' ', '~', 'b.yaml')
    const path = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(path, path, (from, to) => {
        const resolved = attempt(attempt('', from) ?? '', to) ?? ''
        expect(resolved.split('/')).not.toContain('..')
        expect(resolved.startsWith('/')).toBe(false)
      }),
    )
  })
})

/** Undefined where the path is refused as it should be. */
function attempt(from: string, to: string): string | undefined {
  try {
    return resolveTreePath(from, to)
  } catch (error) {
    if (error instanceof HeadwaterError && error.reason === 'InvalidPath') return undefined
    throw error
  }
}

test.each([
  ['', 'a.yaml', true],
  ['a', 'a', true],
  ['a', 'a/b', true],
  ['a', 'ab', false],
  ['a/b', 'a', false],
])('isBelow(%j, %j) is %j', (folder, path, want) => {
  expect(isBelow(folder, path)).toBe(want)
})

test.each([
  ['a.yaml', ''],
  ['a/b.yaml', 'a'],
  ['', ''],
])('treeFolder(%j) is %j', (path, want) => {
  expect(treeFolder(path)).toBe(want)
})
