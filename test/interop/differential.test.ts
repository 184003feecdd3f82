import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { cloudAt } from './cloud.ts'
import type { RunningProgram } from './programs.ts'
import { describeWith, startMinistack } from './programs.ts'
import { startSandbox } from './sandbox.ts'
import { scenarios } from './scenarios.ts'

// What both must have said besides the same: a story in which nothing happens is told alike by everyone.
const happened: Record<string, string[]> = {
  'create, update, delete by change sets': [
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'DELETE_COMPLETE',
    'copy of large',
  ],
  'a change set without changes': ['UNAVAILABLE', 'No updates are to be performed.', 'CREATE_COMPLETE'],
  'a change of tags alone': ['UPDATE_COMPLETE', '"Value":"b"'],
  'a creation that fails': ['ROLLBACK_COMPLETE', 'WaitCondition timed out'],
  'an update that fails': ['UPDATE_ROLLBACK_COMPLETE', 'WaitCondition timed out', 'copy of small'],
  'an update that fails and is left so, then rolled back': ['UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE'],
  refusals: ['AlreadyExistsException', 'does not exist', 'ChangeSetNotFound'],
  tokens: ['token-'],
}

describeWith(['ministack'], 'ministack and the sandbox tell the same story', (paths) => {
  let ministack: RunningProgram | undefined
  let sandbox: AwsSandbox | undefined
  beforeAll(async () => {
    ministack = await startMinistack(paths.ministack)
    sandbox = await startSandbox({ speed: 50 })
  })
  afterAll(async () => {
    await ministack?.stop()
    await sandbox?.close()
  })

  it.each(Object.keys(scenarios))('%s', async (title) => {
    const scenario = scenarios[title]
    const name = title.replaceAll(/[^a-z]+/g, '-')
    const theirs = await scenario?.(cloudAt(ministack?.url ?? ''), name)
    const ours = await scenario?.(cloudAt(sandbox?.url ?? ''), name)
    expect(ours).toEqual(theirs)
    const story = JSON.stringify(ours)
    expect(happened[title]?.filter((word) => !story.includes(word))).toEqual([])
  })
})
