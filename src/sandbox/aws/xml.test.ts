import { describe, expect, it } from 'vitest'
import { element, escapeXml, queryAnswer, queryError } from './xml.ts'

describe('element', () => {
  const cases: { name: string; given: unknown; lists?: 'flat'; want: string }[] = [
    { name: 'a text', given: 'a<b & "c"', want: '<X>a&lt;b &amp; &quot;c&quot;</X>' },
    { name: 'an empty text', given: '', want: '<X/>' },
    { name: 'nothing at all', given: undefined, want: '' },
    { name: 'null', given: null, want: '' },
    { name: 'a boolean', given: false, want: '<X>false</X>' },
    { name: 'a number', given: 0, want: '<X>0</X>' },
    {
      name: 'a date',
      given: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)),
      want: '<X>2026-01-02T03:04:05.006Z</X>',
    },
    { name: 'an empty list', given: [], want: '<X/>' },
    { name: 'a list', given: ['a', 'b'], want: '<X><member>a</member><member>b</member></X>' },
    { name: 'a list in S3', given: ['a', 'b'], lists: 'flat', want: '<X>a</X><X>b</X>' },
    { name: 'an empty list in S3', given: [], lists: 'flat', want: '' },
    {
      name: 'an object with absent members',
      given: { A: { B: ['x'] }, C: undefined, D: {} },
      want: '<X><A><B><member>x</member></B></A><D/></X>',
    },
  ]
  it.each(cases)('$name', ({ given, lists, want }) => {
    expect(element('X', given, lists)).toBe(want)
  })

  it('refuses what has no form on the wire', () => {
    expect(() => element('X', () => 1)).toThrow('X: a function cannot be written as XML')
  })
})

describe('escapeXml', () => {
  it('keeps a carriage return and gives up what XML cannot hold', () => {
    expect(escapeXml('a\r\n\u0000b\u001b')).toBe('a&#xD;\n\ufffdb\ufffd')
  })
})

describe('answers', () => {
  it('wraps a result', () => {
    expect(queryAnswer({ action: 'A', xmlns: 'urn:x', result: { B: 1 }, requestId: 'id' })).toBe(
      '<AResponse xmlns="urn:x"><AResult><B>1</B></AResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></AResponse>',
    )
  })
  it.each([
    { status: 400, type: 'Sender' },
    { status: 500, type: 'Receiver' },
  ])('blames the $type for a $status', ({ status, type }) => {
    expect(queryError({ code: 'C', message: 'm <', status, xmlns: 'urn:x', requestId: 'id' })).toBe(
      `<ErrorResponse xmlns="urn:x"><Error><Type>${type}</Type><Code>C</Code><Message>m &lt;</Message></Error><RequestId>id</RequestId></ErrorResponse>`,
    )
  })
})
