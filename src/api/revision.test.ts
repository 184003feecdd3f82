import { describe, expect, it } from 'vitest'
import { formatRevision, parseRevision, shortRevision } from './revision.ts'

const commit = '9f3c2e1'.padEnd(40, '0')

describe('a revision', () => {
  const cases = [
    { text: `main@sha1:${commit}`, revision: { pointer: 'main', commit } },
    { text: `feature/a@b@sha1:${commit}`, revision: { pointer: 'feature/a@b', commit } },
    { text: `sha1:${commit}`, revision: { commit } },
  ]
  it.each(cases)('$text is read and written back', ({ text, revision }) => {
    expect(parseRevision(text)).toEqual(revision)
    expect(formatRevision(revision)).toBe(text)
  })

  it.each(['main', 'main@sha1:123', `main@sha256:${commit}`, ''])('"%s" is none', (text) => {
    expect(parseRevision(text)).toBeUndefined()
  })

  it('is short for people', () => expect(shortRevision(`main@sha1:${commit}`)).toBe('main@sha1:9f3c2e1'))
})
