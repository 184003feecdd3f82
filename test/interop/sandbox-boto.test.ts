import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { awsEnvironment, describeWith, run } from './programs.ts'
import { startSandbox } from './sandbox.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

describeWith(['python'], 'boto3 against the sandbox', ({ python }) => {
  it('creates, updates, pages and deletes with its own waiters', async () => {
    // Slow enough to be seen at work, quick enough to wait for.
    const sandbox = await startSandbox({ speed: 20 })
    try {
      const ran = await run(python, [path('./boto.py'), path('./templates/web.yaml')], {
        env: awsEnvironment(sandbox.url),
      })
      expect(ran.stderr).toBe('')
      expect(JSON.parse(ran.stdout)).toEqual({
        while: 'CREATE_IN_PROGRESS',
        created: { Size: 'small', Copy: 'copy of small' },
        again: ['AlreadyExistsException', 'Stack [web] already exists'],
        busy: [
          'ValidationError',
          expect.stringContaining('is in UPDATE_IN_PROGRESS state and can not be updated.'),
        ],
        updated: { Size: 'large', Copy: 'copy of large' },
        unchanged: ['ValidationError', 'No updates are to be performed.'],
        empty: [
          'FAILED',
          "The submitted information didn't contain changes. Submit different information to create a change set.",
        ],
        events: [
          'CREATE_IN_PROGRESS',
          'CREATE_COMPLETE',
          'UPDATE_IN_PROGRESS',
          'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
          'UPDATE_COMPLETE',
        ],
        resources: [
          ['Copy', 'UPDATE_COMPLETE'],
          ['Setting', 'UPDATE_COMPLETE'],
          ['Topic', 'CREATE_COMPLETE'],
        ],
        deleted: 'DELETE_COMPLETE',
        missing: ['ValidationError', 'Stack with id web does not exist'],
      })
    } finally {
      await sandbox.close()
    }
  })
})
