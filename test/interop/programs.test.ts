import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunningProgram } from './programs.ts'
import { awsEnvironment, describeWith, run, startMinistack, startMoto } from './programs.ts'

for (const [name, start] of [
  ['ministack', startMinistack],
  ['moto', startMoto],
] as const) {
  describeWith([name, 'aws'], `${name} answers the AWS CLI`, (paths) => {
    let server: RunningProgram | undefined
    beforeAll(async () => {
      server = await start(paths[name])
    })
    afterAll(() => server?.stop())

    it('names an account', async () => {
      const answer = await run(paths.aws, ['sts', 'get-caller-identity', '--output', 'json'], {
        env: awsEnvironment(server?.url ?? ''),
      })
      expect(answer.stderr).toBe('')
      expect(JSON.parse(answer.stdout)).toMatchObject({
        Account: expect.stringMatching(/^\d{12}$/) as string,
      })
    })
  })
}
