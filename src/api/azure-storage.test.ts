import { describe, expect, it } from 'vitest'
import { azureConnection, azureStorageAccess, azureStorageName } from './azure-storage.ts'
import type { AzurePorts, AzureStorageService } from './azure-storage.ts'
import { splitScheme } from './scheme.ts'

const restOf = (url: string) => splitScheme(url)?.rest ?? ''

describe('names in a setting', () => {
  it.each<{ service: AzureStorageService; url: string; want: object }>([
    {
      service: 'table',
      url: 'aztable://fleet1/State',
      want: { account: 'fleet1', name: 'State', prefix: '' },
    },
    {
      service: 'queue',
      url: 'azqueue://fleet1/due-now',
      want: { account: 'fleet1', name: 'due-now', prefix: '' },
    },
    {
      service: 'blob',
      url: 'azblob://fleet1/bodies',
      want: { account: 'fleet1', name: 'bodies', prefix: '' },
    },
    {
      service: 'blob',
      url: 'azblob://fleet1/bodies//a/b/',
      want: { account: 'fleet1', name: 'bodies', prefix: 'a/b' },
    },
  ])('reads $url', ({ service, url, want }) => {
    expect(azureStorageName(service, restOf(url), url)).toEqual(want)
  })

  it.each<{ service: AzureStorageService; url: string; want: string }>([
    { service: 'table', url: 'aztable://fleet1', want: 'names no table; write aztable://account/table' },
    { service: 'table', url: 'aztable://fleet1/a-b', want: 'names no table' },
    { service: 'table', url: 'aztable://fleet1/table/more', want: 'names no table' },
    { service: 'table', url: 'aztable://evil.example/table', want: 'names no table' },
    { service: 'queue', url: 'azqueue://fleet1/a--b', want: 'names no queue; write azqueue://account/queue' },
    {
      service: 'blob',
      url: 'azblob://Fleet/bodies',
      want: 'names no container; write azblob://account/container or',
    },
  ])('refuses $url', ({ service, url, want }) => {
    expect(() => azureStorageName(service, restOf(url), url)).toThrow(`"${url}" ${want}`)
  })
})

describe('access', () => {
  const credential = { getToken: async () => null }
  const ports: AzurePorts = {
    credential: async () => credential,
    secret: async (reference) => `the secret of ${reference}`,
  }
  const accessOf = (url: string, given: AzurePorts | undefined = ports) => {
    const parts = splitScheme(url)
    if (parts === undefined) throw new Error(url)
    return azureStorageAccess('table', azureStorageName('table', parts.rest, url), parts, given)
  }

  it.each([
    { url: 'aztable://fleet1/state', want: 'https://fleet1.table.core.windows.net' },
    {
      url: 'aztable://fleet1/state?endpoint=https://fleet1.table.core.chinacloudapi.cn/',
      want: 'https://fleet1.table.core.chinacloudapi.cn',
    },
  ])('by identity, at $want', async ({ url, want }) => {
    expect(await accessOf(url)).toEqual({ by: 'identity', url: want, credential })
  })

  it('by a connection string that is named, not written', async () => {
    expect(await accessOf('aztable://fleet1/state?connection=env://CONNECTION')).toEqual({
      by: 'connection',
      connectionString: 'the secret of env://CONNECTION',
    })
  })

  it('sends no token over http, and to no place without a name', async () => {
    const refused = { class: 'stalled', reason: 'InvalidSetting' }
    await expect(accessOf('aztable://fleet1/state?endpoint=http://127.0.0.1:1')).rejects.toMatchObject(
      refused,
    )
    await expect(accessOf('aztable://fleet1/state?endpoint=https://')).rejects.toMatchObject(refused)
  })
})

describe('a connection string', () => {
  it.each([
    {
      name: 'of an account',
      text: 'DefaultEndpointsProtocol=https;AccountName=fleet1;AccountKey=a2V5==;EndpointSuffix=core.windows.net',
      want: { account: 'fleet1', key: 'a2V5==', url: 'https://fleet1.table.core.windows.net' },
    },
    {
      name: 'with endpoints of its own',
      text: 'AccountName=dev;AccountKey=a2V5;BlobEndpoint=http://b/dev;TableEndpoint=http://127.0.0.1:1/dev/;',
      want: { account: 'dev', key: 'a2V5', url: 'http://127.0.0.1:1/dev' },
    },
  ])('$name', ({ text, want }) => {
    expect(azureConnection(text, 'table')).toEqual(want)
  })

  it.each([
    'c4nary',
    'AccountName=c4nary',
    'AccountKey=c4nary',
    'BlobEndpoint=https://x;SharedAccessSignature=c4nary',
  ])('that is none is refused, and not shown', (text) => {
    let message = ''
    try {
      azureConnection(text, 'blob')
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('has no AccountName or no AccountKey')
    expect(message).not.toContain('c4nary')
  })
})
