import { join } from 'node:path'

/** The made-up identities that the demo shows to its pretend clouds. */
const awsCredentials = { AWS_ACCESS_KEY_ID: 'demo', AWS_SECRET_ACCESS_KEY: 'demo' }

/** The settings of a demo: everything that a controller or a command needs to see it, and nothing of the person's own. */
export function demoEnvironment(options: {
  dir: string
  clouds: { aws: string; azure: string }
}): Record<string, string> {
  const { dir, clouds } = options
  return {
    HEADWATER_STORE: `sqlite://${join(dir, 'state.db')}`,
    HEADWATER_BLOBS: `file://${join(dir, 'blobs')}`,
    HEADWATER_SOURCE_URL: join(dir, 'fleet'),
    HEADWATER_SOURCE_PATH: './clusters/demo',
    HEADWATER_CONTROLLER_ID: 'demo',
    HEADWATER_INTERVAL: '1s',
    AWS_ENDPOINT_URL: clouds.aws,
    AWS_REGION: 'eu-west-1',
    // No profile, no instance role: what is asked for credentials must be this machine and these.
    AWS_CONFIG_FILE: join(dir, 'no-such-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(dir, 'no-such-credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...awsCredentials,
    HEADWATER_AZURE_ENDPOINT: clouds.azure,
    // A function app's own identity, as the pretend Azure hands it out.
    HEADWATER_AZURE_CREDENTIAL: 'managed-identity',
    IDENTITY_ENDPOINT: `${clouds.azure}/msi/token`,
    IDENTITY_HEADER: 'demo',
  }
}
