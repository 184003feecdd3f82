import { describe, expect, test } from 'vitest'
import { isReservedVariable } from './bicep-environment.ts'

describe('isReservedVariable', () => {
  test.each([
    'PATH',
    'Path',
    'HOME',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'DOTNET_STARTUP_HOOKS',
    'DOTNET_BUNDLE_EXTRACT_BASE_DIR',
    'COMPlus_EnableDiagnostics',
    'CORECLR_PROFILER_PATH',
    'BICEP_TRUSTED_CLOUDS',
    'BICEP_TRUSTED_REGISTRIES',
    'https_proxy',
    'SSL_CERT_FILE',
    'AZURE_FEDERATED_TOKEN_FILE',
    'AZURE_AUTHORITY_HOST',
    'AZURE_CLIENT_SECRET',
    'IDENTITY_ENDPOINT',
    'MSI_SECRET',
    'AWS_SECRET_ACCESS_KEY',
    'HEADWATER_BICEP',
    'GCONV_PATH',
  ])('%s is', (name) => expect(isReservedVariable(name)).toBe(true))

  test.each([
    'AZURE_ENV_NAME',
    'AZURE_LOCATION',
    'AZURE_PRINCIPAL_ID',
    'environment',
    'PATHS',
    'MY_HOME',
    'HOMER',
  ])('%s is not', (name) => expect(isReservedVariable(name)).toBe(false))
})
