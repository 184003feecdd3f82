import { describe, expect, test } from 'vitest'
import type { PackagedInputs } from '../../api/record.ts'
import { stalled } from '../../api/errors.ts'
import type {
  BicepAnswer,
  BicepCompiler,
  BicepRequest,
  CompilerFound,
} from '../../template/bicep/compiler.ts'
import { fileHash } from '../../template/bicep/reads.ts'
import { build, formatProblem, type BuildOptions } from '../index.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const scope = 'scope: { resourceGroup: { subscriptionId: 00000000-0000-0000-0000-000000000001, name: rg } }'
const head = (name: string) =>
  `apiVersion: headwater.dev/v1alpha1\nkind: AzureDeployment\nmetadata: { name: ${name}, namespace: we }\nspec:\n  ${scope}\n`
const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
const json = (parameters: object) =>
  JSON.stringify({ $schema: schema, contentVersion: '1.0.0.0', parameters, resources: [] })

/** Compiles to a template with the parameter `size`; remembers what it was asked. */
function compilerOf(answer: (request: BicepRequest) => Partial<BicepAnswer>, found?: CompilerFound) {
  const asked: BicepRequest[] = []
  const compiler: BicepCompiler = {
    find: async () => found ?? { type: 'found', path: '/bin/bicep', identity: '1' },
    version: async () => '0.0.0',
    async compile(request) {
      asked.push(request)
      const read = await request.tree.read([request.template])
      const reads = Object.fromEntries([...read].map(([path, bytes]) => [path, fileHash(bytes)]))
      return { template: json({ size: { type: 'int' } }), diagnostics: [], reads, ...answer(request) }
    },
    snapshot: async () => ({ resources: [], outputs: {}, diagnostics: [] }),
    close: async () => {},
  }
  return { compiler, asked }
}

function buildTree(tree: Record<string, string>, options: Partial<BuildOptions> = {}) {
  const files = Object.entries(tree).map(([path, text]) => ({ path, bytes: encode(text) }))
  return build(files, {
    path: '',
    source: 'GitRepository/default/fleet',
    readFiles: async () => [],
    ...options,
  })
}

const textOf = (
  inputs: { bodies: ReadonlyMap<string, Uint8Array>; files: PackagedInputs['files'] } | undefined,
  role: string,
) => new TextDecoder().decode(inputs?.bodies.get(inputs.files[role]?.sha256 ?? ''))

const one = {
  'one.yaml': `${head('one')}  template: main.bicep\n  parameters: { size: 3 }\n`,
  'main.bicep': 'param size int',
}

describe('an Azure deployment', () => {
  test('is packaged as ARM JSON and resolved parameters, with what was read', async () => {
    const { compiler } = compilerOf(() => ({}))
    const { inputs, problems } = await buildTree(one, { bicep: compiler })
    expect(problems).toEqual([])
    const made = inputs.get('AzureDeployment/we/one')
    expect(made?.files).toMatchObject({ template: { path: 'main.bicep' }, parameters: { path: 'one.yaml' } })
    expect(JSON.parse(textOf(made, 'template'))).toMatchObject({ parameters: { size: { type: 'int' } } })
    expect(textOf(made, 'parameters')).toBe('{"size":{"value":3}}')
    expect(made).toMatchObject({ reads: { 'main.bicep': fileHash(encode('param size int')) }, compiler: '1' })
  })

  test('is compiled once for all that use the same files', async () => {
    const { compiler, asked } = compilerOf(() => ({}))
    const { inputs } = await buildTree(
      { ...one, 'two.yaml': `${head('two')}  template: /main.bicep\n  parameters: { size: 4 }\n` },
      { bicep: compiler },
    )
    expect([...inputs.values()].map((made) => textOf(made, 'parameters'))).toEqual([
      '{"size":{"value":3}}',
      '{"size":{"value":4}}',
    ])
    expect(asked).toHaveLength(1)
  })

  test('of JSON needs no compiler: values of the file, with those of the document over them', async () => {
    const { inputs, problems } = await buildTree({
      'a.yaml': `${head('a')}  template: t.json\n  parametersFile: p.json\n  parameters: { SIZE: 1.50 }\n`,
      't.json': `// a template\n${json({ size: { type: 'object' }, name: { type: 'string' } })}`.replace(
        '"object"',
        '"int"',
      ),
      'p.json': '{"size": 7, "name": "x"}',
    })
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^a\.yaml:8:17: AzureDeployment we\/a, spec\.parameters\.SIZE: .*int/),
    ])
    expect(inputs.size).toBe(0)
  })

  test('keeps numbers as numbers, also those that would not be written back as they stand', async () => {
    const { inputs } = await buildTree({
      'a.yaml': `${head('a')}  template: t.json\n  parameters:\n    size: 007\n    list: [1.50, 012, true, "1.50"]\n`,
      't.json': json({ size: { type: 'int' }, list: { type: 'array' } }),
    })
    expect(textOf(inputs.get('AzureDeployment/we/a'), 'parameters')).toBe(
      '{"list":{"value":[1.5,12,true,"1.50"]},"size":{"value":7}}',
    )
  })

  test.each([
    {
      name: 'a diagnostic stands in its own file',
      answer: () => ({
        diagnostics: [
          {
            file: 'sub/m.bicep',
            line: 3,
            column: 5,
            severity: 'error' as const,
            code: 'BCP033',
            message: 'no',
          },
        ],
      }),
      want: 'sub/m.bicep:3:5: AzureDeployment we/one: BCP033: no',
    },
    {
      name: 'a compiler that gave up stands at the template',
      answer: () => {
        throw stalled('BicepTimeout', 'bicep did not answer')
      },
      want: 'one.yaml:6:3: AzureDeployment we/one, spec.template: bicep did not answer',
    },
    {
      name: 'a parameter that the compiled template lacks stands in the document',
      answer: () => ({ template: json({}) }),
      want: 'one.yaml:7:17: AzureDeployment we/one, spec.parameters.size: ',
    },
    {
      name: 'what is wrong with a compiled parameter stands where it is declared',
      answer: () => ({ template: json({ size: { type: 'int', defaultValue: '[unknown()]' } }) }),
      want: 'main.bicep:1:7: AzureDeployment we/one: ',
    },
  ])('$name', async ({ answer, want }) => {
    const { problems, withheld, inputs } = await buildTree(one, { bicep: compilerOf(answer).compiler })
    expect(problems.map(formatProblem)).toEqual([expect.stringContaining(want)])
    expect([...withheld.keys()]).toEqual(['AzureDeployment/we/one'])
    expect(inputs.size).toBe(0)
  })

  test('whose template is not there is told once', async () => {
    const { problems } = await buildTree(
      { 'a.yaml': `${head('a')}  template: no.bicep\n` },
      { bicep: compilerOf(() => ({})).compiler },
    )
    expect(problems.map(formatProblem)).toEqual([
      'a.yaml:6:3: AzureDeployment we/a, spec.template: no.bicep does not exist in the repository; correct the path or add the file',
    ])
  })
})

describe('what was packaged before', () => {
  const packagedOf = async (bicep: BicepCompiler, tree: Record<string, string> = one) => {
    const { inputs } = await buildTree(tree, { bicep })
    const made = inputs.get('AzureDeployment/we/one')
    if (made === undefined) throw new Error('not packaged')
    const { bodies: _bodies, ...rest } = made
    return { ...rest, revision: 'r', digest: 'd' }
  }
  const missing: CompilerFound = { type: 'missing', message: 'not found' }
  const other: CompilerFound = { type: 'found', path: '/bin/bicep', identity: '2' }

  test.each([
    { name: 'kept when all is the same', tree: one, want: 0 },
    { name: 'kept without a compiler', tree: one, found: missing, want: 0 },
    { name: 'made anew by another compiler', tree: one, found: other, want: 1 },
    { name: 'made anew when a file changed', tree: { ...one, 'main.bicep': 'param size int // 2' }, want: 1 },
    {
      name: 'made anew when a value of the document changed',
      tree: { ...one, 'one.yaml': one['one.yaml'].replace('size: 3', 'size: 4') },
      want: 1,
    },
    {
      name: 'kept when the document says something else that concerns no file',
      tree: { ...one, 'one.yaml': one['one.yaml'].replace('spec:', 'spec:\n  interval: 5m') },
      want: 0,
    },
    { name: 'made anew when the source allows other registries', tree: one, registries: ['x.io'], want: 1 },
  ])('is $name', async ({ tree, found, want, registries }) => {
    const before = await packagedOf(compilerOf(() => ({})).compiler)
    const { compiler, asked } = compilerOf(() => ({}), found)
    const { inputs } = await buildTree(tree, {
      bicep: compiler,
      packaged: () => before,
      ...(registries === undefined ? {} : { registries }),
    })
    expect(asked).toHaveLength(want)
    const made = inputs.get('AzureDeployment/we/one')
    expect(made?.files['template']).toEqual(before.files['template'])
    expect(made?.bodies.size).toBe(want === 0 ? 0 : 2)
  })

  test('is no help for an object whose file changed where there is no compiler', async () => {
    const before = await packagedOf(compilerOf(() => ({})).compiler)
    const { problems, withheld } = await buildTree(
      { ...one, 'main.bicep': 'param size int // 2' },
      { bicep: compilerOf(() => ({}), missing).compiler, packaged: () => before },
    )
    expect(problems.map(formatProblem)).toEqual([
      'one.yaml:6:3: AzureDeployment we/one, spec.template: main.bicep must be compiled, but not found',
    ])
    expect([...withheld.keys()]).toEqual(['AzureDeployment/we/one'])
  })
})
