import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ObjectRecord } from '../../src/api/record.ts'
import { createFleet, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeEach(async () => {
  fleet = await createFleet()
})
afterEach(() => fleet.close())

async function recordOf(key: string) {
  const stored = await fleet.store.get(key)
  if (stored === undefined) throw new Error(`${key} is gone`)
  return stored.record
}

describe('suspend and resume', () => {
  test('who, why and until when is written down, and the object is due', async () => {
    const { stdout, code } = await fleet.run('suspend stack web -n eu --reason "too hot" --until 3d')
    expect(stdout).toBe('✔ CloudFormationStack eu/web suspended by ana until 2026-01-04: "too hot"\n')
    expect(code).toBe(0)
    const now = fleet.clock.now()
    const { suspension, dueAt } = await recordOf('CloudFormationStack/eu/web')
    expect(suspension).toEqual({ by: 'ana', at: now, reason: 'too hot', until: now + 3 * 86_400_000 })
    expect(dueAt).toBe(now)
    expect((await fleet.store.events({ key: 'CloudFormationStack/eu/web' }))[0]).toMatchObject({
      reason: 'Suspended',
    })
  })

  test('all of a kind', async () => {
    const { stdout } = await fleet.run('suspend stacks --all -A')
    expect(stdout.split('✔')).toHaveLength(4)
  })

  test('resume ends it at once', async () => {
    const { stdout } = await fleet.run('resume stack/data -n eu')
    expect(stdout).toBe('✔ CloudFormationStack eu/data resumed\n')
    const { suspension, dueAt } = await recordOf('CloudFormationStack/eu/data')
    expect(suspension).toBeUndefined()
    expect(dueAt).toBe(fleet.clock.now())
  })

  test('what git suspends is not resumed here', async () => {
    const stored = await fleet.store.get('CloudFormationStack/eu/web')
    if (stored === undefined) throw new Error('web is gone')
    await fleet.store.put(
      { ...stored.record, spec: { ...stored.record.spec, suspend: true } },
      stored.version,
    )
    const { stderr, code } = await fleet.run('resume stack web -n eu')
    expect(stderr).toContain('spec.suspend in clusters/demo/web.yaml:3')
    expect(code).toBe(1)
  })

  test.each([
    {
      name: 'a moment that is none',
      line: 'suspend stack web -n eu --until soon',
      want: '"soon" is no moment',
    },
    { name: 'a moment that passed', line: 'suspend stack web -n eu --until 2020-01-01', want: 'has passed' },
    { name: '-A without --all', line: 'suspend stack web -A', want: '-A needs --all' },
    { name: '--all with a name', line: 'suspend stack web --all', want: '--all takes a kind' },
    { name: 'no name', line: 'suspend stack', want: 'name one: stack NAME' },
  ])('$name is refused', async ({ line, want }) => {
    const { stderr, code } = await fleet.run(line)
    expect(stderr).toContain(want)
    expect(code).toBe(2)
  })
})

describe('approve', () => {
  beforeEach(async () => {
    const stored = await fleet.store.get('Kustomization/system/fleet')
    if (stored === undefined) throw new Error('fleet is gone')
    const { record, version } = stored
    const keys = [
      'CloudFormationStack/eu/data',
      'CloudFormationStack/eu/network',
      'CloudFormationStack/eu/old',
    ]
    await fleet.store.put({ ...record, status: { ...record.status, held: { keys, token: 't1' } } }, version)
  })

  test('says what would be lost, asks, and writes the token that was shown', async () => {
    const { stdout, stderr, code } = await fleet.run('approve ks fleet -n system', { answers: ['y'] })
    expect(stdout.split('\n')).toEqual([
      'Kustomization system/fleet wants to let go of 3 objects:',
      '  - CloudFormationStack eu/data: DELETED',
      '  - CloudFormationStack eu/network: forgotten; its cloud resources stay (deletionPolicy Retain)',
      '  - CloudFormationStack eu/old: is gone already',
      '✔ approved; it goes on at the next pass',
      '',
    ])
    expect(stderr).toBe('let them go (1 of them DELETED in the cloud)? [y/N] ')
    expect(code).toBe(0)
    const { approval, dueAt } = await recordOf('Kustomization/system/fleet')
    expect(approval).toEqual({ token: 't1', by: 'ana', at: fleet.clock.now() })
    expect(dueAt).toBe(fleet.clock.now())
  })

  test('a no changes nothing', async () => {
    const { code } = await fleet.run('approve ks fleet -n system', { answers: [''] })
    expect(code).toBe(1)
    expect((await recordOf('Kustomization/system/fleet')).approval).toBeUndefined()
  })

  test('a plan is shown line by line, and approved by its token', async () => {
    const stored = await fleet.store.get('CloudFormationStack/eu/web')
    if (stored === undefined) throw new Error('web is gone')
    const held = {
      keys: [],
      token: 'p1',
      lines: ['+ vnet  Microsoft.Network/virtualNetworks', '~ nsg\u001b[2J'],
    }
    const { record, version } = stored
    await fleet.store.put({ ...record, status: { ...record.status, held } }, version)
    const { stdout, stderr, code } = await fleet.run('approve stack web -n eu', { answers: ['y'] })
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      'CloudFormationStack eu/web would change:',
      '  + vnet  Microsoft.Network/virtualNetworks',
    ])
    expect(stdout).not.toContain('\u001b')
    expect(stderr).toBe('do that? [y/N] ')
    expect(code).toBe(0)
    expect((await recordOf('CloudFormationStack/eu/web')).approval).toMatchObject({ token: 'p1', by: 'ana' })
  })

  test('nothing held', async () => {
    const { stderr, code } = await fleet.run('approve stack web -n eu --yes')
    expect(stderr).toBe('headwater: nothing of CloudFormationStack eu/web is held\n')
    expect(code).toBe(1)
  })
})

describe('delete', () => {
  async function rewrite(key: string, changes: Partial<ObjectRecord>) {
    const stored = await fleet.store.get(key)
    if (stored === undefined) throw new Error(`${key} is gone`)
    await fleet.store.put({ ...stored.record, ...changes }, stored.version)
  }
  /** What git declares no more stays in the store when its Kustomization held or forgot it. */
  async function undeclare() {
    const { status } = await recordOf('Kustomization/system/fleet')
    await rewrite('Kustomization/system/fleet', { status: { ...status, inventory: [] } })
  }

  test.each([
    {
      name: 'what git declares',
      line: 'delete stack web -n eu --yes',
      want: 'is declared by git in clusters/demo/web.yaml:3; remove it there, or suspend Kustomization system/fleet first',
    },
    {
      name: 'what the settings declare',
      line: 'delete ks fleet -n system --yes',
      want: 'is declared by the settings',
    },
  ])('$name stays', async ({ line, want }) => {
    const { stderr, code } = await fleet.run(line)
    expect(stderr).toContain(want)
    expect(code).toBe(1)
  })

  test('what others need stays', async () => {
    await undeclare()
    const { stderr, code } = await fleet.run('delete stack network -n eu --yes')
    expect(stderr).toContain(
      'is needed by CloudFormationStack eu/data, CloudFormationStack eu/web; let those go first',
    )
    expect(code).toBe(1)
  })

  test('Retain forgets, after a yes', async () => {
    await undeclare()
    const { stdout, stderr, code } = await fleet.run('delete stack web -n eu', { answers: ['yes'] })
    expect(stdout).toContain('CloudFormationStack eu/web is forgotten; its cloud resources stay')
    expect(stderr).toBe('forget it? [y/N] ')
    expect(code).toBe(0)
    expect(await fleet.store.get('CloudFormationStack/eu/web')).toBeUndefined()
    expect((await fleet.store.events({ key: 'CloudFormationStack/eu/web' }))[0]).toMatchObject({
      reason: 'Orphaned',
    })
  })

  test('Delete says what would be lost, and nobody there to ask means no', async () => {
    await undeclare()
    await rewrite('CloudFormationStack/eu/web', {
      spec: { deletionPolicy: 'Delete' },
      status: {
        ...(await recordOf('CloudFormationStack/eu/web')).status,
        identity: { stackId: 'arn:aws:x' },
      },
    })
    const refused = await fleet.run('delete stack web -n eu')
    expect(refused.stdout).toContain('DELETED with CloudFormationStack eu/web: arn:aws:x\n')
    expect(refused.stderr).toContain('--yes stands for a yes')
    expect(refused.code).toBe(1)
    expect((await recordOf('CloudFormationStack/eu/web')).deletion).toBeUndefined()

    const { code } = await fleet.run('delete stack web -n eu --yes')
    expect(code).toBe(0)
    expect(await recordOf('CloudFormationStack/eu/web')).toMatchObject({
      deletion: { requestedAt: fleet.clock.now(), after: [] },
      dueAt: fleet.clock.now(),
    })
  })
})
