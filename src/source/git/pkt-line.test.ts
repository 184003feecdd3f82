import { describe, expect, test } from 'vitest'
import { isWholeAnswer, withHead } from './pkt-line.ts'

const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const oid = 'a'.repeat(40)

describe('isWholeAnswer', () => {
  test.each([
    ['lines and a flush', `${line('NAK\n')}${line('\u0001PACK…')}0000`, true],
    ['an error', line('ERR upload-pack: not our ref'), true],
    ['a delimiter and a response end', `${line('ls-refs')}0001${line('x')}0000`, true],
    ['a bare pack', `${line('NAK\n')}PACK\u0000\u0000`, true],
    ['nothing', '', false],
    ['no end', line('NAK\n'), false],
    ['a torn line', `${line('NAK\n')}0010abc`, false],
    ['a torn length', `${line('NAK\n')}00`, false],
    ['a page of HTML', '<html>', false],
  ])('%s: %s', (_name, given, want) => {
    expect(isWholeAnswer(bytes(given))).toBe(want)
  })
})

describe('withHead', () => {
  const service = `${line('# service=git-upload-pack\n')}0000`
  const withoutHead = `${service}${line(`${oid} refs/heads/dev\0ofs-delta agent=git/2\n`)}${line(`${oid} refs/tags/a\n`)}0000`

  test('names the first ref', () => {
    const want = `${service}${line(`${oid} refs/heads/dev\0ofs-delta agent=git/2 symref=HEAD:refs/heads/dev\n`)}${line(`${oid} refs/tags/a\n`)}0000`
    expect(Buffer.from(withHead(bytes(withoutHead))).toString('latin1')).toBe(want)
  })
  test.each([
    ['one that has a HEAD', `${service}${line(`${oid} HEAD\0ofs-delta\n`)}0000`],
    ['one that tells its HEAD', `${service}${line(`${oid} refs/heads/a\0symref=HEAD:refs/heads/a\n`)}0000`],
    ['an empty repository', `${service}${line(`${'0'.repeat(40)} capabilities^{}\0ofs-delta\n`)}0000`],
    ['capabilities of version 2', `${service}${line('version 2\n')}${line('ls-refs\n')}0000`],
    ['a page of HTML', '<html>'],
  ])('leaves %s', (_name, given) => {
    expect(Buffer.from(withHead(bytes(given))).toString('latin1')).toBe(given)
  })
})
