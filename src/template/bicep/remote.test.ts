import { describe, expect, test } from 'vitest'
import { defaultConfig, readBicepConfig } from './config.ts'
import { refuseRemote, remoteReference } from './remote.ts'

const config = readBicepConfig(`{
  // comments are allowed
  "moduleAliases": { "br": { "ours": { "registry": "Acme.azurecr.io", "modulePath": "bicep" } } },
  "extensions": { "graph": "br:mcr.microsoft.com/x:1", "local": "./ext.tgz", "kubernetes": "builtin:" },
  "implicitExtensions": ["graph"],
}`)

describe('remoteReference', () => {
  const table: { path: string; want: { registry: string | undefined } | undefined }[] = [
    { path: 'modules/net.bicep', want: undefined },
    { path: '../a b.bicep', want: undefined },
    { path: 'br/net.bicep', want: undefined },
    { path: 'ts/net.bicep', want: undefined },
    { path: 'builtin:', want: undefined },
    { path: 'br:acme.azurecr.io/x/y:1', want: { registry: 'acme.azurecr.io' } },
    { path: 'BR:ACME.azurecr.io:443/x:1', want: { registry: 'acme.azurecr.io' } },
    { path: 'br/public:avm/res/x:1', want: { registry: 'mcr.microsoft.com' } },
    { path: 'br/ours:net:1', want: { registry: 'acme.azurecr.io' } },
    { path: 'br/unknown:net:1', want: { registry: undefined } },
    { path: 'br:', want: { registry: undefined } },
    { path: 'ts:sub/rg/spec:v1', want: { registry: undefined } },
    { path: 'ts/ours:spec:v1', want: { registry: undefined } },
    { path: 'file:///etc/passwd', want: { registry: undefined } },
    { path: 'https://x.io/y.bicep', want: { registry: undefined } },
  ]
  test.each(table)('$path', ({ path, want }) => {
    expect(remoteReference(path, config)).toEqual(want === undefined ? undefined : { path, ...want })
  })
})

describe('refuseRemote', () => {
  const allowed = ['mcr.microsoft.com:443']
  test.each([
    { path: 'br/public:x:1', want: /^allowed$/ },
    {
      path: 'br:acme.azurecr.io/x:1',
      want: /the registry acme\.azurecr\.io, which the source does not allow/,
    },
    { path: 'br/unknown:x:1', want: /no file of the repository/ },
    { path: 'ts:a/b/c:1', want: /a template spec, which the compiler has no credentials for/ },
    { path: 'https://mcr.microsoft.com/x', want: /no file of the repository/ },
  ])('$path', ({ path, want }) => {
    const remote = remoteReference(path, defaultConfig)
    const message = remote && refuseRemote(remote, allowed)
    expect(message ?? 'allowed').toMatch(want)
  })
})

describe('readBicepConfig', () => {
  test('reads what decides where the compiler looks', () => {
    expect(Object.fromEntries(config.registryAliases)).toEqual({
      public: 'mcr.microsoft.com',
      ours: 'Acme.azurecr.io',
    })
    expect([...config.extensions.keys()]).toEqual(['graph', 'local', 'kubernetes'])
    expect(config.implicitExtensions).toEqual(['graph'])
  })
  test('refuses a cache of its own, and survives what is no configuration', () => {
    expect(readBicepConfig('{"cacheRootDirectory": "/tmp"}').refused).toHaveLength(1)
    expect(readBicepConfig('[1, "').registryAliases).toEqual(defaultConfig.registryAliases)
  })
})
