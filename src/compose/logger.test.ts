import { describe, expect, it } from 'vitest'
import { stalled } from '../api/errors.ts'
import { createLogger } from './logger.ts'
import type { LogLevel } from './logger.ts'

function collect(level: LogLevel = 'debug') {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const logger = createLogger({ level, now: () => Date.UTC(2026, 0, 2, 3, 4, 5), destination })
  return { lines, logger, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('a log line', () => {
  it('is one JSON object with time, level, message and the fields', () => {
    const { logger, parsed } = collect()
    logger.info({ key: 'CloudFormationStack/eu/web', durationMs: 12 }, 'reconciled')
    expect(parsed()).toEqual([
      {
        level: 'info',
        time: '2026-01-02T03:04:05.000Z',
        key: 'CloudFormationStack/eu/web',
        durationMs: 12,
        message: 'reconciled',
      },
    ])
  })

  const secret = 'hunter2-canary'
  const fields: { name: string; given: Record<string, unknown>; dropped?: string[] }[] = [
    { name: 'a spec', given: { spec: { parameters: { Password: secret } } }, dropped: ['spec'] },
    { name: 'headers', given: { headers: { authorization: secret } }, dropped: ['headers'] },
    { name: 'an object where a text is meant', given: { key: { secret } }, dropped: ['key'] },
    { name: 'a name that every object has', given: { constructor: secret }, dropped: ['constructor'] },
    { name: 'credentials in a url', given: { url: `https://me:${secret}@host/repo.git` } },
    {
      name: 'what an SDK error carries besides its message',
      given: { error: Object.assign(new Error('denied'), { $metadata: { secret }, env: { secret } }) },
    },
  ]
  it.each(fields)('never carries $name', ({ given, dropped }) => {
    const { lines, logger, parsed } = collect()
    logger.warn(given, 'look')
    expect(lines.join('')).not.toContain(secret)
    expect(parsed()[0]?.['dropped']).toEqual(dropped)
  })

  it('S24 cannot be forged by text from outside', () => {
    const { lines, logger, parsed } = collect()
    logger.info({ reason: 'ok\n{"level":"error"}\u001b[2J\u202e' }, 'first\nsecond\u009b')
    expect(lines).toHaveLength(1)
    expect(parsed()[0]).toMatchObject({ reason: 'ok {"level":"error"} [2J ', message: 'first second ' })
  })

  it('tells of an error its reason, class and message', () => {
    const { logger, parsed } = collect()
    logger.error({ error: stalled('Foreign', 'not ours') }, 'stopped')
    expect(parsed()[0]?.['error']).toEqual({ reason: 'Foreign', class: 'stalled', message: 'not ours' })
  })

  it('is not written below the level', () => {
    const { lines, logger } = collect('warn')
    logger.info({}, 'chatter')
    expect(lines).toEqual([])
  })
})
