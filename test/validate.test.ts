import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createBuildCommand } from '../src/cli/commands/build.ts'
import { createValidateCommand } from '../src/cli/commands/validate.ts'
import type { Io } from '../src/cli/io.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures/validate')

interface Answer {
  lines: string[]
  text: string
  errors: string
  exitCode: number
}

async function run(
  create: (io: Io) => ReturnType<typeof createValidateCommand>,
  ...args: string[]
): Promise<Answer> {
  const answer = { text: '', errors: '', exitCode: 0 }
  const io: Io = {
    stdout: (text) => void (answer.text += text),
    stderr: (text) => void (answer.errors += text),
    env: {},
    cwd: fixtures,
    clock: { now: () => 0, sleep: async () => {} },
    random: { next: () => 0, uuid: () => '00000000-0000-4000-8000-000000000000' },
    color: false,
    exitWith: (code) => void (answer.exitCode = code),
  }
  await create(io).parseAsync(args, { from: 'user' })
  return { ...answer, lines: answer.text.trimEnd().split('\n') }
}

/** What was planted, mistake by mistake: one that concerns two objects is told at both. */
const planted: { mistake: string; lines: string[] }[] = [
  {
    mistake: '1 an unknown field',
    lines: ['broken/sources/fleet.yaml:8:5: GitRepository default/fleet, spec.ref.brunch: unknown field'],
  },
  {
    mistake: '2 an unknown kind',
    lines: [
      'broken/sources/fleet.yaml:11:1: Kustomisation default/fleet, kind: the kind "Kustomisation" is not known (did you mean Kustomization?)',
    ],
  },
  {
    mistake: '3 a template that is not there',
    lines: ['broken/stacks/cache.yaml:5:3: CloudFormationStack eu/cache, spec.template: '],
  },
  {
    mistake: '4 one stack name claimed twice',
    lines: [
      'broken/stacks/network.yaml:7:1: CloudFormationStack eu/network, spec.stackName: claims the same',
      'broken/stacks/twice.yaml:4:1: CloudFormationStack us/network, spec.stackName: claims the same',
    ],
  },
  {
    mistake: '5 a cycle',
    lines: [
      'broken/stacks/order.yaml:8:7: CloudFormationStack eu/first, spec.dependsOn[0]: the dependencies make a cycle: eu/first → eu/second → eu/first;',
      'broken/stacks/order.yaml:17:7: CloudFormationStack eu/second, spec.dependsOn[0]: the dependencies make a cycle: eu/second → eu/first → eu/second;',
    ],
  },
  {
    mistake: '6 a manifest that does not parse',
    lines: [
      'broken/stacks/unreadable.yaml:6:13: CloudFormationStack default/unreadable: not well-formed YAML',
    ],
  },
  {
    mistake: '7 a capability that is missing',
    lines: ['broken/stacks/web.yaml:6:1: CloudFormationStack eu/web, spec.capabilities: '],
  },
  {
    mistake: '8 a required parameter that is missing',
    lines: ['broken/stacks/web.yaml:8:3: CloudFormationStack eu/web, spec.parameters.VpcId: '],
  },
  {
    mistake: '9 a parameter that the template does not have',
    lines: ['broken/stacks/web.yaml:9:5: CloudFormationStack eu/web, spec.parameters.DesiredCont: '],
  },
  {
    mistake: '10 a value that is not allowed',
    lines: ['broken/stacks/web.yaml:10:5: CloudFormationStack eu/web, spec.parameters.Environment: '],
  },
  {
    mistake: '11 a template without resources',
    lines: ['broken/templates/queue.yaml:1:1: CloudFormationStack eu/queue: '],
  },
  {
    mistake: '12 a template that does not parse',
    lines: ['broken/templates/topic.yaml:'],
  },
]

describe('headwater validate', () => {
  test('lists all twelve mistakes of a folder, each at its place, and nothing else', async () => {
    const { lines, exitCode } = await run(createValidateCommand, 'broken')
    const want = planted.flatMap(({ lines: expected }) => expected)
    expect(planted).toHaveLength(12)
    expect(want.filter((start) => lines.filter((line) => line.startsWith(start)).length !== 1)).toEqual([])
    expect(lines).toHaveLength(want.length + 1)
    expect(lines.at(-1)).toBe('14 errors; 11 of 11 objects would not be applied')
    expect(exitCode).toBe(1)
  })

  test('finds nothing in a clean folder, whatever else lies in it', async () => {
    const { lines, exitCode } = await run(createValidateCommand, 'clean')
    expect(lines).toEqual(['4 objects, no problems'])
    expect(exitCode).toBe(0)
  })

  test('-o json tells the same to machines', async () => {
    const { text, exitCode } = await run(createValidateCommand, 'broken', '-o', 'json')
    const answer = JSON.parse(text) as { problems: Record<string, unknown>[] }
    expect(answer).toMatchObject({ objects: 11, errors: 14, warnings: 0, withheld: 11 })
    expect(answer.problems[0]).toEqual({
      severity: 'error',
      file: 'broken/sources/fleet.yaml',
      line: 8,
      column: 5,
      object: 'GitRepository default/fleet',
      field: 'spec.ref.brunch',
      message: 'unknown field of GitRepository (did you mean branch?); remove or rename it',
    })
    expect(exitCode).toBe(1)
  })

  test('takes a single manifest', async () => {
    const { lines, exitCode } = await run(createValidateCommand, 'clean/stacks/network.yaml')
    expect(lines).toEqual(['1 object, no problems'])
    expect(exitCode).toBe(0)
  })

  test('a folder that does not exist is no clean folder', async () => {
    await expect(run(createValidateCommand, 'nowhere')).rejects.toThrow('does not exist')
  })

  test('--root says what a leading / means', async () => {
    const { lines } = await run(createValidateCommand, 'rooted/stacks', '--root', 'rooted')
    expect(lines).toEqual(['1 object, no problems'])
    const without = await run(createValidateCommand, 'rooted/stacks')
    expect(without.lines[0]).toContain(
      'spec.template: templates/network.yaml does not exist in the repository',
    )
    await expect(run(createValidateCommand, 'clean', '--root', 'rooted')).rejects.toThrow(
      'does not lie below',
    )
  })

  test('a folder without anything of ours says so', async () => {
    const { lines, exitCode } = await run(createValidateCommand, 'clean/templates')
    expect(lines).toEqual(['no objects of headwater.dev found'])
    expect(exitCode).toBe(0)
  })
})

describe('headwater build', () => {
  test('prints the objects with defaults, as documents that build again', async () => {
    const { text, exitCode } = await run(createBuildCommand, 'clean/sources')
    expect(text).toBe(`apiVersion: headwater.dev/v1alpha1
kind: GitRepository
metadata:
  name: fleet
  namespace: default
spec:
  url: https://github.com/example/fleet
  ref:
    branch: main
  forcePush: allow
  timeout: 60s
  interval: 1m
  suspend: false
---
apiVersion: headwater.dev/v1alpha1
kind: Kustomization
metadata:
  name: fleet
  namespace: default
spec:
  sourceRef:
    kind: GitRepository
    name: fleet
  path: ./stacks
  prune: true
  allowEmpty: false
  dependsOn: []
  interval: 10m
  suspend: false
`)
    expect(exitCode).toBe(0)
  })

  test('leaves out what must not be applied, and says why', async () => {
    const { text, errors, exitCode } = await run(createBuildCommand, 'broken', '-o', 'json')
    expect(JSON.parse(text)).toEqual([])
    expect(errors.trimEnd().split('\n')).toHaveLength(14)
    expect(exitCode).toBe(1)
  })
})
