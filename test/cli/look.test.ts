import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HostFacts, ObjectStatus } from '../../src/api/status.ts'
import { createFleet, type Fleet } from './fleet.ts'

let fleet: Fleet
beforeEach(async () => {
  fleet = await createFleet()
})
afterEach(() => fleet.close())

/** Lines of a table without the ends of lines, so that they read in a test as on a screen. */
function lines(text: string): string[] {
  return text.trimEnd().split('\n')
}

describe('get', () => {
  test('all -A: sources first, what is suspended and what failed says so', async () => {
    const { stdout, code } = await fleet.run('get all -A')
    expect(lines(stdout)).toEqual([
      'NAMESPACE  NAME                         REVISION           SUSPENDED  READY  MESSAGE',
      'system     gitrepository/fleet          main@sha1:9f3c2e1  False      True   stored artifact for main@sha1:9f3c2e1',
      'system     kustomization/fleet          main@sha1:9f3c2e1  False      True   applied 3 objects',
      'eu         cloudformationstack/data     main@sha1:1b2c3d4  True       True   suspended by bob until 2026-01-02: "migration"',
      'eu         cloudformationstack/network  main@sha1:9f3c2e1  False      True   no changes since main@sha1:1b2c3d4',
      'eu         cloudformationstack/web      main@sha1:1b2c3d4  False      False  update rolled back: Service (AWS::ECS::Service): "quota 10"',
    ])
    expect(code).toBe(0)
  })

  test.each([
    {
      name: 'one kind in one namespace',
      line: 'get stacks -n eu --no-header -o name',
      want: ['cloudformationstack/data', 'cloudformationstack/network', 'cloudformationstack/web'],
    },
    { name: 'names with their namespaces', line: 'get ks -A -o name', want: ['kustomization/system/fleet'] },
    {
      name: 'by condition',
      line: 'get all -A --status-selector ready=false -o name',
      want: ['cloudformationstack/eu/web'],
    },
    {
      name: 'by suspension',
      line: 'get all -A --status-selector suspended=true -o name',
      want: ['cloudformationstack/eu/data'],
    },
    { name: 'one by KIND/NAME', line: 'get stack/web -n eu -o name', want: ['cloudformationstack/web'] },
    {
      name: 'one by KIND/NAMESPACE/NAME',
      line: 'get stack/eu/web -o name',
      want: ['cloudformationstack/web'],
    },
    {
      name: 'two by name',
      line: 'get cfn web data -n eu -o name',
      want: ['cloudformationstack/data', 'cloudformationstack/web'],
    },
  ])('$name', async ({ line, want }) => {
    const { stdout, code } = await fleet.run(line)
    expect(lines(stdout)).toEqual(want)
    expect(code).toBe(0)
  })

  test('wide says where the cloud part is and where it is declared', async () => {
    const { stdout } = await fleet.run('get stack network -n eu -o wide')
    expect(lines(stdout)).toEqual(
      [
        'NAME     REVISION           SUSPENDED  READY  SINCE  WHERE                                                             DECLARED IN                    MESSAGE',
        'network  main@sha1:9f3c2e1  False      True   3m     arn:aws:cloudformation:eu-west-1:123456789012:stack/network/4f1c  clusters/demo/network.yaml:1  no changes since main@sha1:1b2c3d4',
      ].map((line) => line.replace('DECLARED IN                    ', 'DECLARED IN                   ')),
    )
  })

  test('json has times in RFC 3339 and one named object alone', async () => {
    const one: unknown = JSON.parse((await fleet.run('get stack data -n eu -o json')).stdout)
    expect(one).toMatchObject({
      apiVersion: 'headwater.dev/v1alpha1',
      kind: 'CloudFormationStack',
      metadata: { name: 'data', namespace: 'eu' },
      suspension: { by: 'bob', until: '2026-01-02T00:00:00.000Z' },
    })
    const list: unknown = JSON.parse((await fleet.run('get stacks -n eu -o json')).stdout)
    expect(list).toMatchObject({ kind: 'List', items: [{ metadata: { name: 'data' } }, {}, {}] })
  })

  test.each([
    {
      name: 'nothing here',
      line: 'get stacks',
      code: 0,
      want: 'no objects in namespace default; there are some in eu (-A shows all)',
    },
    {
      name: 'no such object',
      line: 'get stack web',
      code: 1,
      want: 'headwater: cloudformationstack "web" not found in namespace "default"; there is one in -n eu',
    },
    { name: 'no such kind', line: 'get stak', code: 2, want: 'headwater: "stak" is no kind of object' },
    {
      name: 'wrong selector',
      line: 'get all --status-selector ready',
      code: 2,
      want: 'headwater: --status-selector: "ready" is not CONDITION=true|false|unknown',
    },
    {
      name: 'unknown verb',
      line: 'gett',
      code: 2,
      want: "headwater: unknown command 'gett'\n(Did you mean get?)",
    },
    {
      name: 'unknown store',
      line: 'get all --store dynamo://fleet',
      code: 2,
      want: 'headwater: --store: "dynamo://fleet" has an unknown scheme; known: sqlite',
    },
  ])('$name', async ({ line, code, want }) => {
    const ran = await fleet.run(line)
    expect(ran.stderr).toContain(want)
    expect(ran.code).toBe(code)
    expect(ran.stdout).toBe('')
  })

  test('a store that is not there yet is not made by looking', async () => {
    const ran = await fleet.run('get all -A', { env: {} })
    expect(ran.stderr).toMatch(/^no state at sqlite:\/\/.*\/\.headwater\/state\.db yet/)
    expect(ran.code).toBe(0)
  })

  test('-w prints what changes and stops with the signal', async () => {
    const stop = new AbortController()
    let printed = ''
    const onPrint = (text: string) => void (printed += text)
    const running = fleet.run('get stack web -n eu -w --no-header', { signal: stop.signal, onPrint })
    await tickUntil(fleet, () => lines(printed)[0] !== '')
    const stored = await fleet.store.get('CloudFormationStack/eu/web')
    if (stored === undefined) throw new Error('web is gone')
    await fleet.store.put({ ...stored.record, suspension: { by: 'eve', at: 0 } }, stored.version)
    await tickUntil(fleet, () => lines(printed).length === 2)
    stop.abort()
    const { stdout, code } = await running
    expect(lines(stdout)).toHaveLength(2)
    expect(lines(stdout)[1]).toMatch(
      /^web +main@sha1:1b2c3d4 +True +False +suspended by eve; before: update rolled back/,
    )
    expect(code).toBe(0)
  })
})

/** Moves the clock under a polling command until it has printed what it should; its reads take real time. */
async function tickUntil({ clock }: Fleet, isSo: () => boolean): Promise<void> {
  for (let tick = 0; !isSo(); tick++) {
    if (tick > 2000) throw new Error(`it did not come to pass: ${isSo.toString()}`)
    await sleep(5)
    clock.advance(100)
  }
}

describe('events', () => {
  test('newest first, several lines as one', async () => {
    const { stdout } = await fleet.run('events -A')
    expect(lines(stdout)).toEqual([
      'LAST SEEN  TYPE     REASON            OBJECT                      MESSAGE',
      '60s        Normal   NewArtifact       gitrepository/system/fleet  stored',
      '4m         Warning  UpdateRolledBack  cloudformationstack/eu/web  at main@sha1:9f3c2e1; quota',
      '2h         Normal   DriftCorrected    cloudformationstack/eu/web  put back',
    ])
  })

  test('of one object, of one type, as json', async () => {
    const { stdout } = await fleet.run('events --for stack/web -n eu --types warning -o json')
    expect(JSON.parse(stdout)).toMatchObject([{ id: '2', at: '2025-12-31T23:56:00.000Z' }])
  })

  test('only of the namespace', async () => {
    const { stdout } = await fleet.run('events -n system --no-header')
    expect(lines(stdout)).toEqual(['60s  Normal  NewArtifact  gitrepository/fleet  stored'])
  })
})

test('history', async () => {
  const { stdout } = await fleet.run('history stack web -n eu')
  expect(lines(stdout)).toEqual([
    'STARTED  REVISION           OUTCOME    TOOK  MESSAGE',
    '60m ago  main@sha1:9f3c2e1  Failed     48s   Service: quota 10',
    '2h ago   main@sha1:1b2c3d4  Succeeded  61s   update complete',
  ])
})

test('trace: from the file to the cloud, neighbours, and S24 nobody moves the cursor', async () => {
  const { stdout } = await fleet.run('trace stack network -n eu')
  expect(lines(stdout)).toEqual([
    'Object        cloudformationstack/network (eu)   ready: True   no changes since main@sha1:1b2c3d4',
    'Declared in   clusters/demo/network.yaml:1 in gitrepository/fleet at main@sha1:9f3c2e1 ("scale\\u001b[2J down", Ana, 4m ago)',
    'Applied by    kustomization/fleet → arn:aws:cloudformation:eu-west-1:123456789012:stack/network/4f1c',
    'Console       https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/stackinfo?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack%2Fnetwork%2F4f1c',
    'Depends on    –',
    'Needed by     eu/data ✔  eu/web ✗',
  ])
})

describe('a source that does not answer, and is signed', () => {
  const key = 'GitRepository/system/fleet'
  const edit = async (status: Partial<ObjectStatus>) => {
    const stored = await fleet.store.get(key)
    if (stored === undefined) throw new Error('no source')
    const spec = { ...stored.record.spec, ref: { branch: 'main' }, staleAfter: '1h' }
    await fleet.store.put(
      { ...stored.record, spec, status: { ...stored.record.status, ...status } },
      stored.version,
    )
    return stored.record.status
  }
  const host: HostFacts = { version: 2, features: { fetch: 'shallow filter' }, refusedFilters: ['combine'] }

  test('get sources: from where, at what, how old', async () => {
    await edit({ host, stale: 'unread' })
    const { stdout } = await fleet.run('get sources -A')
    expect(lines(stdout)).toEqual([
      'NAMESPACE  NAME   URL                        REF   REVISION           FETCHED  SUSPENDED  READY  MESSAGE',
      'system     fleet  https://git.example/fleet  main  main@sha1:9f3c2e1  4m ago   False      True   stored artifact for main@sha1:9f3c2e1; not read for longer than 1h',
    ])
  })

  test('get sources -o wide: how it is read, who signed, when it is tried again', async () => {
    const { artifact } = await edit({})
    const revision = artifact?.revision ?? ''
    await edit({
      host,
      stale: 'unread',
      failures: 3,
      nextAttemptAt: fleet.clock.now() + 240_000,
      verified: { revision, signers: ['ana@example.com'], keys: 'x' },
    })
    const { stdout } = await fleet.run('get source fleet -n system -o wide')
    const [, row] = lines(stdout)
    expect(row?.split(/ {2,}/)).toEqual([
      'fleet',
      'https://git.example/fleet',
      'main',
      'main@sha1:9f3c2e1',
      '4m ago',
      'False',
      'True',
      'unread',
      'ana@example.com',
      'v2',
      'parts of commits, all trees at once where they are few',
      '3',
      'in 4m',
      'stored artifact for main@sha1:9f3c2e1; not read for longer than 1h',
    ])
    const told: unknown = JSON.parse((await fleet.run('get source fleet -n system -o json')).stdout)
    expect(told).toMatchObject({
      spec: { url: 'https://git.example/fleet', ref: { branch: 'main' } },
      status: {
        host,
        stale: 'unread',
        failures: 3,
        verified: { signers: ['ana@example.com'] },
        artifact: { subject: 'scale\u001b[2J down' },
      },
    })
  })

  test('trace: who signed it, that the source fails, and what was applied last', async () => {
    const { artifact, conditions } = await edit({})
    await edit({
      conditions: conditions.map((condition) => ({
        ...condition,
        status: 'False' as const,
        reason: 'AuthenticationFailed',
        message: 'the host refuses the credentials',
      })),
      stale: 'unread',
      nextAttemptAt: fleet.clock.now() + 240_000,
      verified: { revision: artifact?.revision ?? '', signers: ['ana\u001b[1m'], keys: 'x' },
    })
    const { stdout } = await fleet.run('trace stack web -n eu')
    const told = lines(stdout)
    expect(told[1]).toBe(
      'Declared in   clusters/demo/web.yaml:3 in gitrepository/fleet at main@sha1:9f3c2e1 ("scale\\u001b[2J down", Ana, 4m ago, signed ✔ by ana\\u001b[1m)',
    )
    expect(told[2]).toBe(
      'Source        failing: AuthenticationFailed: the host refuses the credentials; not read for longer than 1h; last read 4m ago; next look in 4m',
    )
    expect(told[3]).toBe('Applied by    kustomization/fleet → last applied at main@sha1:1b2c3d4')
    const data: unknown = JSON.parse((await fleet.run('trace stack web -n eu -o json')).stdout)
    expect(data).toMatchObject({
      declaredIn: { file: 'clusters/demo/web.yaml', line: 3 },
      commit: { signedBy: ['ana\u001b[1m'] },
      source: { reason: 'AuthenticationFailed', stale: 'not read for longer than 1h' },
      appliedBy: { revision: expect.stringContaining('1b2c3d4') as string },
    })
  })
})

test('tree', async () => {
  const { stdout } = await fleet.run('tree')
  expect(lines(stdout)).toEqual([
    '✔ gitrepository/fleet (system)',
    '└─ ✔ kustomization/fleet (system)',
    '   ├─ ✔ cloudformationstack/data (eu)',
    '   ├─ ✔ cloudformationstack/network (eu)',
    '   └─ ✗ cloudformationstack/web (eu)  update rolled back: Service (AWS::ECS::Service): "quota 10"',
  ])
})
