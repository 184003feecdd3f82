import { describe, expect, it } from 'vitest'
import { readSettings } from './settings.ts'
import { isPretendArm } from './targets.ts'

describe('a token that nobody made is sent', () => {
  const local = 'http://127.0.0.1:4600'
  it.each<{ name: string; env: Record<string, string>; want: boolean }>([
    { name: 'to a pretend ARM on this machine', env: { HEADWATER_AZURE_ENDPOINT: local }, want: true },
    { name: 'by its name', env: { HEADWATER_AZURE_ENDPOINT: 'http://localhost:4600' }, want: true },
    { name: 'by IPv6', env: { HEADWATER_AZURE_ENDPOINT: 'http://[::1]:4600' }, want: true },
    { name: 'not over https', env: { HEADWATER_AZURE_ENDPOINT: 'https://localhost:4600' }, want: false },
    { name: 'not to the public cloud', env: {}, want: false },
    {
      name: 'not where a credential is named',
      env: { HEADWATER_AZURE_ENDPOINT: local, HEADWATER_AZURE_CREDENTIAL: 'managed-identity' },
      want: false,
    },
    {
      name: 'not in a function, which has one',
      env: { HEADWATER_AZURE_ENDPOINT: local, FUNCTIONS_WORKER_RUNTIME: 'node' },
      want: false,
    },
  ])('$name', ({ env, want }) => {
    expect(isPretendArm(readSettings(env, {}, '/work'))).toBe(want)
  })

  it('never to another host, whoever made the settings', () => {
    const settings = readSettings({}, {}, '/work')
    const azure = { credential: 'default', endpoint: 'http://arm.example' } as const
    expect(isPretendArm({ ...settings, azure })).toBe(false)
  })
})
