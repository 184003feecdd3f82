import { describe, expect, test } from 'vitest'
import { findMentions } from './mentions.ts'

const at = (line: number, column: number, path: string, by: string) => ({ line, column, path, by })

describe('findMentions', () => {
  const artifacts: { name: string; text: string; want: unknown[] }[] = [
    {
      name: 'a module',
      text: "module net 'net/main.bicep' = {",
      want: [at(1, 12, 'net/main.bicep', 'module')],
    },
    {
      name: 'a module behind comments',
      text: "/* a\n*/ module /* b */ net // c\n'x'\nmodule net /* 'no' */ 'y.bicep' = {",
      want: [at(4, 23, 'y.bicep', 'module')],
    },
    {
      name: 'an import',
      text: "import { a, b as c } from 'types.bicep'",
      want: [at(1, 27, 'types.bicep', 'from')],
    },
    {
      name: 'an import of all',
      text: "import * as t from 'br:x.io/y:1'",
      want: [at(1, 20, 'br:x.io/y:1', 'from')],
    },
    { name: 'using', text: "using 'main.bicep'\nparam a = 'b'", want: [at(1, 7, 'main.bicep', 'using')] },
    { name: 'using none', text: 'using none', want: [] },
    { name: 'extends', text: "extends 'base.bicepparam'", want: [at(1, 9, 'base.bicepparam', 'extends')] },
    {
      name: 'an extension',
      text: "extension 'br:x.io/e:1' as e",
      want: [at(1, 11, 'br:x.io/e:1', 'extension')],
    },
    {
      name: 'escapes undone',
      text: String.raw`module m 'b\u{72}:x.io/\'y' = {`,
      want: [at(1, 10, "br:x.io/'y", 'module')],
    },
    {
      name: 'a text over lines',
      text: "module m '''\nnet.bicep''' = {",
      want: [at(1, 10, 'net.bicep', 'module')],
    },
    {
      name: 'a module inside what is put together is none',
      text: "var a = '${b}module m'\nvar c = 'module x \\'y\\''",
      want: [],
    },
    { name: 'a type of texts is none', text: "param size 'small' | 'large'", want: [] },
    { name: 'a resource is none', text: "resource s 'Microsoft.Storage/x@2024-01-01' = {", want: [] },
    { name: 'a path that is put together is none', text: "module m 'net/${x}.bicep' = {", want: [] },
    {
      name: 'a text that is never closed',
      text: "module m 'net\nmodule n 'b.bicep'",
      want: [at(1, 10, 'net', 'module'), at(2, 10, 'b.bicep', 'module')],
    },
  ]
  test.each(artifacts)('$name', ({ text, want }) => {
    expect(findMentions(text).artifacts).toEqual(want)
  })

  test('files that functions read, wherever the call stands', () => {
    const text = [
      "var a = loadTextContent('a.txt')",
      "var b = '${sys.loadJsonContent('b.json', '.x')}'",
      "var c = loadYamlContent(\n  'c.yaml'\n)",
      'var d = loadFileAsBase64(name)',
      "var e = loadTextContent('${name}.txt')",
      "var f = '''${loadTextContent('no.txt')}'''",
      "var g = $'''${loadTextContent('g.txt')}'''",
    ].join('\n')
    const { loads, unknownLoads } = findMentions(text)
    expect(loads.map(({ path, line }) => [path, line])).toEqual([
      ['a.txt', 1],
      ['b.json', 2],
      ['c.yaml', 4],
      ['g.txt', 9],
    ])
    expect(unknownLoads.map(({ line }) => line)).toEqual([6, 7])
  })

  test('folders, and those that are not written out', () => {
    const { folders, unknownFolders } = findMentions(
      "var a = loadDirectoryFileInfo('./x', '*.kql')\nvar b = loadDirectoryFileInfo(a)\n",
    )
    expect(folders).toEqual([at(1, 31, './x', 'load')])
    expect(unknownFolders).toEqual([{ line: 2, column: 9 }])
  })

  test('extensions by name, parameters by place', () => {
    const { extensions, parameters } = findMentions(
      'extension graph\n@secure()\nparam key string\nparam n = 3\n',
    )
    expect(extensions).toEqual([{ name: 'graph', line: 1, column: 11 }])
    expect([...parameters]).toEqual([
      ['key', { line: 3, column: 7 }],
      ['n', { line: 4, column: 7 }],
    ])
  })

  test('texts that nest too deep are refused, not read on and on', () => {
    expect(() => findMentions("'${".repeat(10_000))).toThrow('texts nest deeper than 64 levels')
  })
})
