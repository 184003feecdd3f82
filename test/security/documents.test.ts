import { describe, expect, it } from 'vitest'
import { createHarness, rootKustomization, stackFiles } from '../support/harness.ts'

const minute = 60_000
const head =
  'apiVersion: headwater.dev/v1alpha1\nkind: CloudFormationStack\nmetadata: {name: evil, namespace: eu}\n'
const spec = (text: string) => ({ 'evil/evil.yaml': `${head}spec: {region: eu-west-1, ${text}}\n` })
const body = 'Resources: {Topic: {Type: AWS::SNS::Topic}}\n'
/** ü, once as one character and once as two. */
const [composed, decomposed] = ['\u00fc', 'u\u0308']

const nested = (depth: number) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`
const doubled = Array.from(
  { length: 30 },
  (_, level) => `  a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`,
)

const attacks: { name: string; files: Record<string, string>; want: RegExp }[] = [
  { name: 'S9 a template above the tree', files: spec('template: ../../../etc/passwd'), want: /leads out/ },
  { name: 'S9 a template with a backslash', files: spec(String.raw`template: "..\\x"`), want: /no "\\"/ },
  { name: 'S9 a template with a NUL', files: spec(String.raw`template: "x\0.yaml"`), want: /or NUL/ },
  {
    name: 'S9 a template that is a folder',
    files: { ...spec('template: folder'), 'evil/folder/a.yaml': body },
    want: /folder/,
  },
  {
    name: 'S10 an object whose name looks like another',
    files: { 'evil/evil.yaml': `${head.replace('evil', 'wеb')}spec: {template: w.yaml}\n` },
    want: /"wеb" is not a name/,
  },
  {
    name: 'S11 a bomb of aliases',
    files: { 'evil/evil.yaml': `${head}spec:\n  a0: &a0 [x]\n${doubled.join('\n')}\n` },
    want: /more than 100 aliases/,
  },
  {
    name: 'S11 a bomb of depth',
    files: { 'evil/evil.yaml': `${head}spec: ${nested(5_000)}\n` },
    want: /nests deeper|not well-formed/,
  },
  {
    name: 'S11 a bomb of aliases in a template',
    files: {
      ...spec('template: b.yaml'),
      'evil/b.yaml': `Metadata:\n  a0: &a0 [x]\n${doubled.join('\n')}\n${body}`,
    },
    want: /alias/i,
  },
  { name: 'S11 a key twice', files: spec('template: a, template: b'), want: /twice|unique|more than once/i },
  {
    name: 'S12 __proto__ as a key',
    files: spec('template: t.yaml, parameters: {__proto__: {polluted: "yes"}}'),
    want: /__proto__/,
  },
  {
    name: 'S12 constructor as a key',
    files: spec('template: t.yaml, constructor: {prototype: {polluted: "yes"}}'),
    want: /constructor/,
  },
]

describe('a document that attacks', () => {
  it.each(attacks)('$name is refused where it stands; the others go on', async ({ files, want }) => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('web'), ...files })
    await house.run(10 * minute)
    const told = await house.ready(rootKustomization)
    expect(told).toMatch(/^False: evil\/(evil|other|b)\.yaml:\d+:\d+: /)
    expect(told).toMatch(want)
    expect([...house.cloud.stacks.keys()]).toEqual(['eu/web'])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

const twins: { name: string; files: [string, string] }[] = [
  { name: 'letter case', files: ['evil/T.cfn.yaml', 'evil/t.cfn.yaml'] },
  { name: 'the letter case of a folder', files: ['Evil/t.cfn.yaml', 'evil/t.cfn.yaml'] },
  { name: 'Unicode form', files: [`evil/${decomposed}.cfn.yaml`, `evil/${composed}.cfn.yaml`] },
]

describe('files that are one on some disks', () => {
  it.each(twins)(
    'S10 two that differ by $name: the revision is refused, the last one stays',
    async ({ files }) => {
      const house = await createHarness()
      house.repository.commit(stackFiles('web'))
      await house.run(10 * minute)
      const good = (await house.record(rootKustomization))?.status.lastAppliedRevision
      const bodies = Object.fromEntries(files.map((file) => [file, body]))
      house.repository.commit({ ...stackFiles('web'), ...stackFiles('next'), ...bodies })
      await house.run(10 * minute)
      const told = await house.ready(rootKustomization)
      expect(told).toMatch(/^False: .* differ only by letter case or Unicode form; rename one/)
      for (const file of files) expect(told).toContain(JSON.stringify(file))
      expect((await house.record(rootKustomization))?.status.lastAppliedRevision).toBe(good)
      expect([...house.cloud.stacks.keys()]).toEqual(['eu/web'])
    },
  )
})
