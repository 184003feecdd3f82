import { describe, expect, test } from 'vitest'
import { buildObjects, type BuildObjectsOptions, type BuiltObjects } from './objects.ts'
import { formatProblem, sortProblems } from './problem.ts'

function buildText(
  files: string | Record<string, string>,
  options: Partial<BuildObjectsOptions> = {},
): BuiltObjects {
  const byPath = typeof files === 'string' ? { 'a.yaml': files } : files
  const list = Object.entries(byPath).map(([path, text]) => ({ path, bytes: new TextEncoder().encode(text) }))
  return buildObjects(list, { path: '', source: 'GitRepository/default/fleet', ...options })
}

const source = (name: string, rest = ''): string => `apiVersion: headwater.dev/v1alpha1
kind: GitRepository
metadata:
  name: ${name}${rest}
spec:
  url: https://host/repo
`
const stack = (fields: string): string => `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: { name: web, namespace: eu }
spec:
  template: web.cfn.yaml
${fields}
`

describe('what is ours', () => {
  test('is read with defaults, its place and its labels', () => {
    const { objects, problems } = buildText(`# fleet\n\n${source('fleet', '\n  labels: { team: a }')}`)
    expect(problems).toEqual([])
    expect(objects).toMatchObject([
      {
        kind: 'GitRepository',
        namespace: 'default',
        name: 'fleet',
        labels: { team: 'a' },
        spec: { url: 'https://host/repo', ref: { branch: 'main' }, interval: '1m', suspend: false },
        origin: { source: 'GitRepository/default/fleet', file: 'a.yaml', line: 3, column: 1 },
      },
    ])
    expect(objects[0]?.positionOf(['spec', 'url'])).toEqual({ line: 9, column: 3 })
    expect(objects[0]?.positionOf(['spec', 'nothing', 'below'])).toEqual({ line: 8, column: 1 })
  })

  test('every document of a file, and JSON', () => {
    const json = JSON.stringify({
      apiVersion: 'headwater.dev/v1alpha1',
      kind: 'GitRepository',
      metadata: { name: 'c' },
      spec: { url: '/srv/git' },
    })
    const { objects, problems } = buildText({
      'a.yml': `${source('a')}---\n${source('b')}---\n`,
      'c.json': json.replaceAll(',', ',\n\t'),
    })
    expect(problems).toEqual([])
    expect(objects.map(({ name, origin }) => [name, origin.line])).toEqual([
      ['a', 1],
      ['b', 8],
      ['c', 1],
    ])
  })

  const namespaces: { name: string; given: Partial<BuildObjectsOptions>; own: string; want: string }[] = [
    { name: 'its own', given: {}, own: '\n  namespace: eu', want: 'eu' },
    { name: 'default', given: {}, own: '', want: 'default' },
    {
      name: 'the target before its own',
      given: { targetNamespace: 'us' },
      own: '\n  namespace: eu',
      want: 'us',
    },
  ]
  test.each(namespaces)('namespace: $name', ({ given, own, want }) => {
    expect(buildText(source('a', own), given).objects[0]?.namespace).toBe(want)
  })

  test('is looked for only below the path', () => {
    const files = { 'eu/a.yaml': source('a'), 'europe/b.yaml': source('b'), 'c.yaml': source('c') }
    expect(buildText(files, { path: './eu/' }).objects.map(({ name }) => name)).toEqual(['a'])
    expect(buildText(files, { path: 'c.yaml' }).objects.map(({ name }) => name)).toEqual(['c'])
  })

  test('parameters and tags keep the text that a number would lose', () => {
    const { objects } = buildText(
      stack(
        '  parameters: { Account: 012345678901, Version: 1.10, Big: 123456789012345678901, List: [010, 8], N: 8, On: yes }\n  tags: { cost: 0042 }',
      ),
    )
    expect(objects[0]?.spec).toMatchObject({
      parameters: {
        Account: '012345678901',
        Version: '1.10',
        Big: '123456789012345678901',
        List: ['010', 8],
        N: 8,
        On: 'yes',
      },
      tags: { cost: '0042' },
    })
  })
})

describe('what is not ours is left alone', () => {
  const others: { name: string; given: string | Record<string, string> }[] = [
    { name: 'a CloudFormation template', given: 'Resources:\n  A: !Sub "${B}"\n  A: !GetAtt [a, b]\n' },
    { name: 'YAML that does not parse', given: 'a: [\n' },
    { name: 'Kubernetes', given: 'apiVersion: v1\nkind: ConfigMap\n' },
    { name: 'a near group', given: 'apiVersion: headwater.develop/v1\nkind: X\n' },
    { name: 'a template that mentions us', given: '# see headwater.dev\nResources:\n  A: !Ref B\n' },
    { name: 'text', given: { 'README.md': source('a') } },
    { name: 'nothing', given: '' },
    { name: 'only a comment', given: '# headwater.dev/v1alpha1\n' },
  ]
  test.each(others)('$name', ({ given }) => {
    expect(buildText(given)).toEqual({ objects: [], problems: [], broken: new Map(), remains: [] })
  })

  test('beside what is ours in the same file', () => {
    const { objects, problems } = buildText(`Resources:\n  A: !Ref B\n---\n${source('a')}`)
    expect(objects).toHaveLength(1)
    expect(problems).toEqual([])
  })
})

describe('errors', () => {
  const cases: { name: string; given: string; want: string[] }[] = [
    {
      name: 'kind',
      given: 'apiVersion: headwater.dev/v1alpha1\nkind: GitRepo\nmetadata: { name: a }\n',
      want: [
        'a.yaml:2:1: GitRepo default/a, kind: the kind "GitRepo" is not known; known: GitRepository, Kustomization, CloudFormationStack, AzureDeployment',
      ],
    },
    {
      name: 'no kind, no metadata',
      given: 'apiVersion: headwater.dev/v1alpha1\n',
      want: [
        'a.yaml:1:1: kind: is missing; add it (text)',
        'a.yaml:1:1: metadata: is missing; add it (a mapping)',
      ],
    },
    {
      name: 'version',
      given: source('a').replace('v1alpha1', 'v9'),
      want: [
        'a.yaml:1:1: GitRepository default/a, apiVersion: the version "headwater.dev/v9" is not known; write headwater.dev/v1alpha1',
      ],
    },
    {
      name: 'no version at all',
      given: source('a').replace('/v1alpha1', ''),
      want: [
        'a.yaml:1:1: GitRepository default/a, apiVersion: the version "headwater.dev" is not known; write headwater.dev/v1alpha1',
      ],
    },
    {
      name: 'unknown fields, each at its place',
      given: stack('  paramters: { A: 1 }\n  stackname: x\nstatus: {}'),
      want: [
        'a.yaml:6:3: CloudFormationStack eu/web, spec.paramters: unknown field of CloudFormationStack (did you mean parameters?); remove or rename it',
        'a.yaml:7:3: CloudFormationStack eu/web, spec.stackname: unknown field of CloudFormationStack (did you mean stackName?); remove or rename it',
        'a.yaml:8:1: CloudFormationStack eu/web, status: unknown field of a document; remove or rename it',
      ],
    },
    {
      name: 'wrong values in lists',
      given: stack('  capabilities: [CAPABILITY_IAM, CAPABILITY_NAMED_IMA]\n  dependsOn: [{ name: A }, db]'),
      want: [
        'a.yaml:6:34: CloudFormationStack eu/web, spec.capabilities[1]: "CAPABILITY_NAMED_IMA" is not allowed (did you mean CAPABILITY_NAMED_IAM?); use one of CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND',
        'a.yaml:7:17: CloudFormationStack eu/web, spec.dependsOn[0].name: "A" is not a name; use lower-case letters, digits, "-" and "."',
        'a.yaml:7:28: CloudFormationStack eu/web, spec.dependsOn[1]: "db" cannot stand here; write a mapping',
      ],
    },
    {
      name: 'wrong types',
      given: stack('  terminationProtection: yes\n  parameters: { A: null, B: { c: d } }\n  timeout: 5'),
      want: [
        'a.yaml:6:3: CloudFormationStack eu/web, spec.terminationProtection: "yes" cannot stand here; write true or false',
        'a.yaml:7:17: CloudFormationStack eu/web, spec.parameters.A: nothing cannot stand here; write text or a number or true or false or a list',
        'a.yaml:7:26: CloudFormationStack eu/web, spec.parameters.B: a mapping cannot stand here; write text or a number or true or false or a list',
        'a.yaml:8:3: CloudFormationStack eu/web, spec.timeout: 5 cannot stand here; write text',
      ],
    },
    {
      name: 'the same key twice',
      given: stack('  region: eu-west-1\n  region: us-east-1'),
      want: ['a.yaml:7:3: CloudFormationStack eu/web: the same key stands twice in a mapping; keep one'],
    },
    {
      name: 'a tag',
      given: stack('  region: !Ref AWS::Region'),
      want: [
        'a.yaml:6:16: CloudFormationStack eu/web, spec.region: the tag !Ref means nothing here; write the value without it',
      ],
    },
    {
      name: 'S12 forbidden keys',
      given: stack('  parameters: { __proto__: 1, constructor: 2, prototype: 3 }'),
      want: [
        'a.yaml:6:17: CloudFormationStack eu/web, spec.parameters.__proto__: the key "__proto__" is not allowed; rename it',
        'a.yaml:6:31: CloudFormationStack eu/web, spec.parameters.constructor: the key "constructor" is not allowed; rename it',
        'a.yaml:6:47: CloudFormationStack eu/web, spec.parameters.prototype: the key "prototype" is not allowed; rename it',
      ],
    },
    {
      name: 'a merge key',
      given: stack('  <<: { region: eu-west-1 }'),
      want: [
        'a.yaml:6:3: CloudFormationStack eu/web, spec: merge keys ("<<") are not supported; write the fields out',
      ],
    },
    {
      name: 'ours that does not parse',
      given: 'apiVersion: headwater.dev/v1alpha1\nkind: [\n',
      want: [
        'a.yaml:2:7: not well-formed YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    },
  ]
  test.each(cases)('$name', ({ given, want }) => {
    const { objects, problems } = buildText(given)
    expect(sortProblems(problems).map((problem) => formatProblem(problem))).toEqual(want)
    expect(objects).toEqual([])
  })

  test('a broken document is known by its key, and its neighbours are read', () => {
    const { objects, broken } = buildText(`${stack('  x: 1')}---\n${source('a')}---\n${stack('  y: [')}`)
    expect(objects.map(({ name }) => name)).toEqual(['a'])
    expect([...broken.keys()]).toEqual(['CloudFormationStack/eu/web'])
  })
})

describe('S11 bombs', () => {
  const head = 'apiVersion: headwater.dev/v1alpha1\nkind: GitRepository\nmetadata: { name: a }\n'
  const levels = Array.from({ length: 12 }, (_, index) =>
    index === 0
      ? 'x0: &x0 [1, 1]'
      : `x${index}: &x${index} [${'*x'.concat(String(index - 1), ', ').repeat(9)}]`,
  )
  const cases: { name: string; given: string; says: RegExp }[] = [
    { name: 'of aliases', given: `${head}${levels.join('\n')}\n`, says: /more than 100 aliases/ },
    { name: 'an alias of itself', given: `${head}spec: &a { b: *a }\n`, says: /nests deeper|aliases/ },
    {
      name: 'of depth',
      given: `${head}spec: ${'['.repeat(60)}${']'.repeat(60)}\n`,
      says: /nests deeper than 32/,
    },
    {
      name: 'of depth for the parser',
      given: `${head}spec: ${'['.repeat(50_000)}\n`,
      says: /nests deeper|well-formed/,
    },
    { name: 'of values', given: `${head}spec: [${'1,'.repeat(60_000)}]\n`, says: /more than 50000 values/ },
    { name: 'of bytes', given: `${head}# ${'x'.repeat(1_100_000)}\n`, says: /larger than 1048576 bytes/ },
  ]
  test.each(cases)(
    '$name',
    ({ given, says }) => {
      const { objects, problems } = buildText(given)
      expect(objects).toEqual([])
      expect(problems.map(({ message }) => message).join('\n')).toMatch(says)
      expect(problems.length).toBeLessThan(10)
    },
    5000,
  )
})
