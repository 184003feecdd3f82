import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createSystemClock } from '../../../compose/system.ts'
import { createHttpGitSource } from '../http.ts'
import { allowances, type Allowance } from '../policy.ts'
import { createAddressGuard } from './guard.ts'

const refused = [
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '192.0.2.1',
  '240.0.0.1',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '::7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b::a00:1',
  '2002:7f00:1::',
  '2002:a00:1::',
  '2001:db8::1',
  'not an address',
]
const guard = (...allow: Allowance[]) => createAddressGuard({ where: 'host', allow: new Set(allow) })

describe('S5 addresses', () => {
  test.each(refused)('S5 %s is refused', (address) => {
    expect(() => guard().check(address)).toThrow(
      expect.objectContaining({ reason: 'AddressRefused', class: 'stalled' }),
    )
  })

  test.each(['140.82.121.4', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'S5 %s is let through',
    (address) => {
      expect(() => guard().check(address)).not.toThrow()
    },
  )

  test.each([
    { address: '10.0.0.1', by: 'private' as const },
    { address: 'fd12::1', by: 'private' as const },
    { address: '127.0.0.1', by: 'loopback' as const },
  ])('S5 $address is let through by $by alone', ({ address, by }) => {
    expect(() => guard(by).check(address)).not.toThrow()
    expect(() => guard(...allowances.filter((other) => other !== by)).check(address)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`HEADWATER_SOURCE_ALLOW=${by}`) as string }),
    )
  })

  test('S5 what no setting lets through', () => {
    for (const address of ['169.254.169.254', 'fe80::1', '0.0.0.0', '224.0.0.1'])
      expect(() => guard(...allowances).check(address)).toThrow(/nothing is read/)
  })
})

describe('S5 a name', () => {
  test('S5 that resolves to a public and a private address is refused, and nobody is connected to', async () => {
    let calls = 0
    const server = createServer((_request, response) => {
      calls += 1
      response.end()
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    const source = createHttpGitSource(
      { url: `http://git.example.com:${port}/repository`, timeoutMs: 5000 },
      {
        clock: createSystemClock(),
        policy: { allow: new Set(['http']), trusted: [] },
        resolve: (_name, done) =>
          done(null, [
            { address: '140.82.121.4', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ]),
      },
    )
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AddressRefused', class: 'stalled' })
    expect(calls).toBe(0)
    server.close()
  })

  test('S5 is resolved once: the address that was checked is the one that is connected to', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    let lookups = 0
    const source = createHttpGitSource(
      { url: `http://git.example.com:${port}/repository`, timeoutMs: 5000 },
      {
        clock: createSystemClock(),
        policy: { allow: new Set(['http', 'loopback']), trusted: [] },
        resolve(_name, done) {
          lookups += 1
          // A name that is rebound gives another address the second time.
          done(null, [{ address: lookups === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }])
        },
      },
    )
    await expect(source.head({})).rejects.toMatchObject({ reason: 'RepositoryNotFound' })
    expect(lookups).toBe(1)
    await source.close?.()
    server.close()
  })

  test('S5 plain http, and an address written in the url', async () => {
    const open = (url: string, ...allow: Allowance[]) =>
      createHttpGitSource(
        { url, timeoutMs: 5000 },
        { clock: createSystemClock(), policy: { allow: new Set(allow), trusted: [] } },
      ).head({})
    await expect(open('http://git.example.com/a')).rejects.toMatchObject({ reason: 'AddressRefused' })
    await expect(open('http://169.254.169.254/latest', 'http', 'private')).rejects.toMatchObject({
      reason: 'AddressRefused',
    })
    await expect(open('https://[::1]/a')).rejects.toMatchObject({ reason: 'AddressRefused' })
    await expect(open('https://2130706433/a')).rejects.toMatchObject({ reason: 'AddressRefused' })
  })
})
