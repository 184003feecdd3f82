import { describe, expect, test } from 'vitest'
import { stalled, transient } from '../../src/api/errors.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createBoard } from '../../src/cli/board.ts'
import { drive } from '../../src/cli/drive.ts'
import type { Io } from '../../src/cli/io.ts'
import { tally } from '../../src/cli/settled.ts'
import { createHarness, stackFiles, type Harness } from '../support/harness.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

/** The outside of a drive on a harness: sleeping moves the virtual clock, so that nothing waits. */
function ioOf(house: Harness, options: { columns?: number; signal?: AbortSignal } = {}) {
  const printed: string[] = []
  const io: Io = {
    stdout: (text) => void printed.push(text),
    stderr: (text) => void printed.push(text),
    env: {},
    cwd: '/',
    clock: {
      now: () => house.clock.now(),
      async sleep(ms, signal) {
        await new Promise((resolve) => setImmediate(resolve))
        signal?.throwIfAborted()
        house.clock.advance(ms)
      },
    },
    random: createSeededRandom(1),
    color: false,
    exitWith: () => {},
    ...(options.columns === undefined ? {} : { terminal: { columns: options.columns } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
  return { io, printed: () => printed.join('') }
}

async function converge(house: Harness, options: { columns?: number } = {}): Promise<string> {
  const { io, printed } = ioOf(house, options)
  const board = createBoard(io)
  const { controller, store, clock } = house
  const ended = await drive({
    controller,
    store,
    io,
    onLook: board.update,
    isOver: (records) => tally(records, clock.now()).open === 0,
    deadline: clock.now() + 3_600_000,
  })
  expect(ended).toBe('over')
  board.writer.end()
  return printed()
}

describe('drive with a board', () => {
  test('tells a rollout as lines, dependencies first', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    const text = await converge(house)
    expect(text.replaceAll(/sha1:\w{7}|commit \w{7}/g, '…').split('\n')).toEqual([
      '  source   headwater-system  ✔ fetched    main@…  "…"  by Ana',
      '  ks       headwater-system  ✔ applied    main@…  2 objects in ./',
      '  stack    eu/network        ◎ creating   change set op-1',
      '  stack    eu/web            ◎ waiting    for network',
      '  stack    eu/network        ✔ applied    60s',
      '  stack    eu/web            ◎ creating   change set op-1',
      '  stack    eu/web            ✔ applied    60s  after network',
      '',
    ])
    expect(
      tally(
        (await house.store.list('')).map(({ record }) => record),
        house.clock.now(),
      ),
    ).toEqual({
      total: 4,
      ready: 4,
      failed: 0,
      open: 0,
    })
  })

  test('a failure is told once, and what waits for it counts as failed', async () => {
    const house = await createHarness()
    house.cloud.failing.add('eu/network')
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    const text = await converge(house)
    expect(text.match(/✗ failed/g)).toHaveLength(1)
    expect(text).toContain('✗ failed     rolled back: Thing (AWS::X): "no"')
    const records = (await house.store.list('')).map(({ record }) => record)
    expect(tally(records, house.clock.now())).toMatchObject({ ready: 2, failed: 2, open: 0 })
  })

  test('what is deleted and what is forgotten has a line', async () => {
    const house = await createHarness()
    const kept = stackFiles('network')
    house.repository.commit({
      ...kept,
      ...stackFiles('old', { extra: 'deletionPolicy: Delete' }),
      ...stackFiles('lost'),
    })
    await converge(house)
    house.repository.commit(kept)
    house.clock.advance(900_000)
    const text = await converge(house)
    expect(text).toMatch(/eu\/old +✔ deleted/)
    expect(text).toMatch(/eu\/lost +✔ forgotten/)
  })

  test('on a terminal what is under way is redrawn in place and gone at the end', async () => {
    const house = await createHarness()
    house.repository.commit({ ...stackFiles('network'), ...stackFiles('web', { dependsOn: ['network'] }) })
    const text = await converge(house, { columns: 60 })
    expect(text).toContain('\u001b[1A')
    expect(text).toMatch(/eu\/web +◌ waiting {4}for eu\/network\n/)
    expect(text).toMatch(/\d of 4 Ready\n/)
    expect(screen(text).filter((line) => line !== '')).toEqual([
      expect.stringMatching(/✔ fetched/),
      expect.stringMatching(/✔ applied/),
      expect.stringMatching(/eu\/network +✔ applied/),
      expect.stringMatching(/eu\/web +✔ applied/),
    ])
  })

  test('a signal ends it after the steps that run', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('network'))
    const stop = new AbortController()
    const { io } = ioOf(house, { signal: stop.signal })
    const { controller, store } = house
    const ended = await drive({
      controller,
      store,
      io,
      onLook: (records) => {
        if (records.some(({ operation }) => operation !== undefined)) stop.abort(new Error('enough'))
      },
    })
    expect(ended).toBe('stopped')
    const stack = await house.record('CloudFormationStack/eu/network')
    expect(stack?.operation?.id).toBe('op-1')
    expect(stack?.lease?.holder).toBe('')
  })
})

/** What a terminal shows in the end: only the sequences that the writer uses are understood. */
function screen(text: string): string[] {
  const lines: string[] = ['']
  let row = 0
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  for (const part of text.split(/(\u001b\[1A|\u001b\[2K|\n|\r)/)) {
    if (part === '\u001b[1A') row -= 1
    else if (part === '\u001b[2K') lines[row] = ''
    else if (part === '\n') lines[++row] ??= ''
    else if (part !== '\r') lines[row] = (lines[row] ?? '') + part
  }
  return lines
}

describe('a pass that fails as a whole', () => {
  /** A controller whose first pass fails with this. */
  function stumbling(house: Harness, error: Error): Controller {
    let passes = 0
    const { controller } = house
    return {
      ...controller,
      runDue: async (budget) => {
        if (passes++ === 0) throw error
        return controller.runDue(budget)
      },
    }
  }

  test('is told and tried again by a daemon', async () => {
    const house = await createHarness()
    house.repository.commit(stackFiles('network'))
    const stop = new AbortController()
    const { io } = ioOf(house, { signal: stop.signal })
    const told: string[] = []
    await drive({
      controller: stumbling(house, transient('Unreachable', 'the table does not answer')),
      store: house.store,
      io,
      onStumble: (message) => void told.push(message),
      onLook: (records) => {
        if (records.some(({ operation }) => operation !== undefined)) stop.abort(new Error('enough'))
      },
    })
    expect(told).toEqual(['the table does not answer'])
    expect((await house.record('CloudFormationStack/eu/network'))?.operation?.id).toBe('op-1')
  })

  test('ends a drive that has an end, and one that needs a person', async () => {
    const house = await createHarness()
    const { io } = ioOf(house)
    const unreachable = stumbling(house, transient('Unreachable', 'the table does not answer'))
    await expect(
      drive({ controller: unreachable, store: house.store, io, isOver: () => true }),
    ).rejects.toThrow('the table does not answer')
    const refused = stumbling(house, stalled('AccessDenied', 'no right to read the table'))
    await expect(drive({ controller: refused, store: house.store, io, onStumble: () => {} })).rejects.toThrow(
      'no right to read the table',
    )
  })
})
