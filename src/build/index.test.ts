import { describe, expect, test } from 'vitest'
import { build, formatProblem, type BuildOptions, type BuildResult } from './index.ts'
import { referencedFiles } from './references.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const template = 'Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n'

function buildTree(tree: Record<string, string>, options: Partial<BuildOptions> = {}): Promise<BuildResult> {
  const files = Object.entries(tree).map(([path, text]) => ({ path, bytes: encode(text) }))
  return build(files, {
    path: '',
    source: 'GitRepository/default/fleet',
    readFiles: async () => [],
    ...options,
  })
}

function stack(name: string, fields: string[] = [], namespace = 'eu'): string {
  return [
    'apiVersion: headwater.dev/v1alpha1',
    'kind: CloudFormationStack',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    'spec:',
    '  template: t.yaml',
    ...fields.map((field) => `  ${field}`),
    '',
  ].join('\n')
}

const needs = (...names: string[]): string =>
  `dependsOn: [${names.map((name) => `{ name: ${name} }`).join(', ')}]`

describe('build', () => {
  const cases: {
    name: string
    tree: Record<string, string>
    problems?: string[]
    withheld?: string[]
  }[] = [
    { name: 'nothing wrong', tree: { 'a.yaml': stack('a'), 'b.yaml': stack('b', [needs('a')]) } },
    {
      name: 'the same key twice: both are refused, whichever was meant',
      tree: { 'a.yaml': stack('a'), 'b.yaml': `${stack('c')}---\n${stack('a', ['stackName: other'])}` },
      problems: [
        'a.yaml:3:13: CloudFormationStack eu/a, metadata.name: is declared more than once, also at b.yaml:7; keep one',
        'b.yaml:9:13: CloudFormationStack eu/a, metadata.name: is declared more than once, also at a.yaml:1; keep one',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'the same stack twice: name by default and by field',
      tree: { 'a.yaml': stack('a', [], 'us'), 'b.yaml': stack('b', ['stackName: a']) },
      problems: [
        'a.yaml:4:1: CloudFormationStack us/a, spec.stackName: claims the same account, region and stack name as CloudFormationStack eu/b (b.yaml:1); change one of stackName, region, deployAs',
        'b.yaml:6:3: CloudFormationStack eu/b, spec.stackName: claims the same account, region and stack name as CloudFormationStack us/a (a.yaml:1); change one of stackName, region, deployAs',
      ],
      withheld: ['us/a', 'eu/b'],
    },
    {
      name: 'the same name in another region or account is another stack',
      tree: {
        'a.yaml': stack('a'),
        'b.yaml': stack('b', ['stackName: a', 'region: us-east-1']),
        'c.yaml': stack('c', ['stackName: a', 'deployAs: { roleArn: arn:aws:iam::123456789012:role/x }']),
      },
    },
    {
      name: 'a cycle, with its path from each of its members; who waits for it is withheld too',
      tree: {
        'a.yaml': stack('a', [needs('b')]),
        'b.yaml': stack('b', [needs('x', 'c')]),
        'c.yaml': stack('c', [needs('a')]),
        'd.yaml': stack('d', [needs('x', 'a')]),
        'x.yaml': stack('x'),
      },
      problems: [
        'a.yaml:6:15: CloudFormationStack eu/a, spec.dependsOn[0]: the dependencies make a cycle: eu/a → eu/b → eu/c → eu/a; remove one of them',
        'b.yaml:6:28: CloudFormationStack eu/b, spec.dependsOn[1]: the dependencies make a cycle: eu/b → eu/c → eu/a → eu/b; remove one of them',
        'c.yaml:6:15: CloudFormationStack eu/c, spec.dependsOn[0]: the dependencies make a cycle: eu/c → eu/a → eu/b → eu/c; remove one of them',
      ],
      withheld: ['eu/a', 'eu/b', 'eu/c', 'eu/d'],
    },
    {
      name: 'an object that waits for itself',
      tree: { 'a.yaml': stack('a', [needs('a')]) },
      problems: [
        'a.yaml:6:15: CloudFormationStack eu/a, spec.dependsOn[0]: the dependencies make a cycle: eu/a → eu/a; remove one of them',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'what depends on what is broken, at any distance; the rest goes on',
      tree: {
        'a.yaml': stack('a', ['x: 1']),
        'b.yaml': stack('b', [needs('a')]),
        'c.yaml': stack('c', [needs('b')]),
        'd.yaml': stack('d'),
      },
      problems: [
        'a.yaml:6:3: CloudFormationStack eu/a, spec.x: unknown field of CloudFormationStack; remove or rename it',
      ],
      withheld: ['eu/a', 'eu/b', 'eu/c'],
    },
    {
      name: 'a dependency that nobody declares is a warning, as it may live elsewhere',
      tree: { 'a.yaml': stack('a', [needs('netwrk')]), 'b.yaml': stack('network') },
      problems: [
        'a.yaml:6:15: CloudFormationStack eu/a, spec.dependsOn[0]: CloudFormationStack eu/netwrk is not declared here (did you mean CloudFormationStack eu/network?); it is waited for until somebody declares it',
      ],
    },
    {
      name: 'a dependency of a kind that does not exist',
      tree: { 'a.yaml': stack('a', ['dependsOn: [{ kind: Stack, name: b }]']) },
      problems: [
        'a.yaml:6:17: CloudFormationStack eu/a, spec.dependsOn[0].kind: the kind "Stack" is not known; known: GitRepository, Kustomization, CloudFormationStack, AzureDeployment',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'a template that does not exist, with the one that was meant',
      tree: { 'a.yaml': stack('a').replace('t.yaml', 'tt.yaml'), 'b.yaml': stack('b') },
      problems: [
        'a.yaml:5:3: CloudFormationStack eu/a, spec.template: tt.yaml does not exist in the repository (did you mean t.yaml?); correct the path or add the file',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'a template outside the repository',
      tree: { 'x/a.yaml': stack('a').replace('t.yaml', '../../t.yaml') },
      problems: [
        'x/a.yaml:5:3: CloudFormationStack eu/a, spec.template: "../../t.yaml" leads out of the repository; name a path inside it',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'mistakes of every sort in one document are told together, and none twice',
      tree: {
        'a.yaml': stack('a', [
          'region: Ireland',
          'paramters: { Cuont: 1, Name: null }',
          'capabilities: [CAPABILITY_IMA]',
          'dependsOn: [{ name: a }]',
          'tags: { a: !Ref x }',
        ]),
        't.yaml':
          'Parameters: { Name: { Type: String } }\nResources: { R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } } }\n',
      },
      problems: [
        'a.yaml:6:3: CloudFormationStack eu/a, spec.region: "Ireland" is not a region; write it like eu-west-1',
        'a.yaml:7:3: CloudFormationStack eu/a, spec.paramters: unknown field of CloudFormationStack (did you mean parameters?); remove or rename it',
        'a.yaml:7:16: CloudFormationStack eu/a, spec.parameters.Cuont: the template has no parameter Cuont',
        'a.yaml:7:26: CloudFormationStack eu/a, spec.parameters.Name: nothing cannot stand here; write text or a number or true or false or a list',
        'a.yaml:8:18: CloudFormationStack eu/a, spec.capabilities[0]: "CAPABILITY_IMA" is not allowed (did you mean CAPABILITY_IAM?); use one of CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND',
        'a.yaml:9:15: CloudFormationStack eu/a, spec.dependsOn[0]: the dependencies make a cycle: eu/a → eu/a; remove one of them',
        'a.yaml:10:19: CloudFormationStack eu/a, spec.tags.a: the tag !Ref means nothing here; write the value without it',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'what follows from a field that was left out is not told: region, parameters, capabilities',
      tree: {
        'a.yaml': stack('a', [
          'parameters: { Name: null }',
          'capabilities: yes',
          'stackName: b',
          'deployAs: x',
        ]),
        'b.yaml': stack('b', ['parameters: { Name: x }', 'capabilities: [CAPABILITY_IAM]']),
        't.yaml':
          'Parameters: { Name: { Type: String } }\nResources: { R: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } } }\n',
      },
      problems: [
        'a.yaml:6:17: CloudFormationStack eu/a, spec.parameters.Name: nothing cannot stand here; write text or a number or true or false or a list',
        'a.yaml:7:3: CloudFormationStack eu/a, spec.capabilities: "yes" cannot stand here; write a list',
        'a.yaml:9:3: CloudFormationStack eu/a, spec.deployAs: "x" cannot stand here; write a mapping',
      ],
      withheld: ['eu/a'],
    },
    {
      name: 'a comma in an item of a list is a warning',
      tree: {
        'a.yaml': stack('a', ['parameters: { Zones: [a, "b,c"] }']),
        't.yaml': `Parameters: { Zones: { Type: CommaDelimitedList } }\n${template}`,
      },
      problems: [
        'a.yaml:6:28: CloudFormationStack eu/a, spec.parameters.Zones[1]: the item "b,c" holds a comma: CloudFormation takes it for two; write them as two items',
      ],
    },
  ]
  test.each(cases)('$name', async ({ tree, problems = [], withheld = [] }) => {
    const result = await buildTree({ 't.yaml': template, 'T.yaml': template, ...tree })
    expect(result.problems.map((problem) => formatProblem(problem))).toEqual(problems)
    expect([...result.withheld.keys()].toSorted()).toEqual(
      withheld.map((name) => `CloudFormationStack/${name}`).toSorted(),
    )
  })

  test('says why something is withheld', async () => {
    const { withheld } = await buildTree({ 'a.yaml': stack('a'), 'b.yaml': stack('b', [needs('a')]) })
    expect([...withheld]).toEqual([
      [
        'CloudFormationStack/eu/a',
        'a.yaml:5: spec.template: t.yaml does not exist in the repository; correct the path or add the file',
      ],
      [
        'CloudFormationStack/eu/b',
        'b.yaml:5: spec.template: t.yaml does not exist in the repository; correct the path or add the file',
      ],
    ])
  })

  test('a broken source withholds the Kustomization that reads from it', async () => {
    const ks = (name: string): string =>
      `apiVersion: headwater.dev/v1alpha1\nkind: Kustomization\nmetadata: { name: ${name} }\nspec: { sourceRef: { name: ${name} } }\n`
    const source = (name: string, url: string): string =>
      `apiVersion: headwater.dev/v1alpha1\nkind: GitRepository\nmetadata: { name: ${name} }\nspec: { url: ${url} }\n`
    const { withheld } = await buildTree({
      'a.yaml': `${source('good', '/srv/git')}---\n${source('bad', 'nowhere')}`,
      'b.yaml': `${ks('good')}---\n${ks('bad')}`,
    })
    expect(withheld.get('Kustomization/default/bad')).toBe(
      'needs GitRepository default/bad, which is not applied at this revision',
    )
    expect([...withheld.keys()]).toEqual(['GitRepository/default/bad', 'Kustomization/default/bad'])
  })

  test('templates elsewhere are read once, by their paths, and a folder is no template', async () => {
    const asked: (readonly string[])[] = []
    const { inputs, problems } = await buildTree(
      {
        'clusters/eu/a.yaml': stack('a').replace('t.yaml', '../../stacks/web.yaml'),
        'clusters/eu/b.yaml': stack('b').replace('t.yaml', '/stacks/web.yaml'),
        'clusters/eu/c.yaml': stack('c').replace('t.yaml', '/stacks'),
      },
      {
        path: './clusters/eu/',
        async readFiles(paths) {
          asked.push(paths)
          return [
            { path: 'stacks/web.yaml', bytes: encode(template) },
            { path: 'stacks/other.yaml', bytes: encode(template) },
          ]
        },
      },
    )
    expect(asked).toEqual([['stacks/web.yaml', 'stacks']])
    const packaged = [...inputs].map(([key, { files }]) => [key, files['template']?.path])
    expect(packaged).toEqual([
      ['CloudFormationStack/eu/a', 'stacks/web.yaml'],
      ['CloudFormationStack/eu/b', 'stacks/web.yaml'],
    ])
    expect(problems.map(({ file, message }) => [file, message.slice(0, 21)])).toEqual([
      ['clusters/eu/c.yaml', 'stacks does not exist'],
    ])
  })

  test('claims come from the target when there is one', async () => {
    const { problems } = await buildTree(
      { 't.yaml': template, 'a.yaml': stack('a'), 'b.yaml': stack('b') },
      { claimOf: async () => 'the same' },
    )
    expect(problems).toHaveLength(2)
  })

  test('a template that many use is wrong once', async () => {
    const manifests = ['a', 'b', 'c'].map((name) => stack(name)).join('---\n')
    const { problems, withheld } = await buildTree({ 'a.yaml': manifests, 't.yaml': 'Resources: {}\nX: 1\n' })
    const inTemplate = problems.filter(({ file }) => file === 't.yaml')
    expect(inTemplate.length).toBeGreaterThan(0)
    expect(new Set(inTemplate.map(({ object }) => object))).toEqual(
      new Set(['CloudFormationStack eu/a and 2 more']),
    )
    expect(withheld.size).toBe(3)
  })

  test('what a template says of its parameters is shown in the manifest', async () => {
    const { problems } = await buildTree({
      't.yaml': `Parameters:\n  Count: { Type: Number }\n  Size: { Type: String, AllowedValues: [s, l] }\n${template}`,
      'a.yaml': stack('a', ['parameters:', '  Cuont: 3', '  Size: xl']),
    })
    expect(problems.map(({ file, line, field }) => `${file}:${line} ${field}`)).toEqual([
      'a.yaml:6 spec.parameters.Count',
      'a.yaml:7 spec.parameters.Cuont',
      'a.yaml:8 spec.parameters.Size',
    ])
  })

  test('referencedFiles names files by role', async () => {
    const { objects } = await buildTree({ 'x/a.yaml': stack('a') })
    expect(objects.map((object) => referencedFiles(object))).toEqual([{ template: 'x/t.yaml' }])
  })
})
