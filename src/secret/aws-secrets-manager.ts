import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled } from '../api/errors.ts'
import { pickJsonKey } from './json-key.ts'

/** Where to ask. */
export interface SecretsManagerOptions {
  /** Default: the secret's ARN, else the SDK's own settings. */
  region?: string
  endpoint?: string
}

/** `aws-sm://<name or ARN>[#key]`: the current version of a secret, or one key of it if it holds a JSON object. */
export async function readSecretsManagerSecret(
  reference: string,
  { id, key, ...options }: SecretsManagerOptions & { id: string; key?: string },
): Promise<string> {
  if (id === '') throw stalled('InvalidReference', `"${reference}" names no secret; write aws-sm://name#key`)
  const text = await fetchSecret(reference, id, options)
  if (key !== undefined) return pickJsonKey(reference, text, key)
  if (text === '') throw stalled('SecretNotFound', `"${reference}": the secret is empty`)
  return text
}

async function fetchSecret(reference: string, id: string, options: SecretsManagerOptions): Promise<string> {
  const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
  const region = options.region ?? /^arn:[^:]+:secretsmanager:([^:]+):/.exec(id)?.[1]
  const client = new SecretsManagerClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
    ...(region === undefined ? {} : { region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  })
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: id }))
    return answer.SecretString ?? new TextDecoder().decode(answer.SecretBinary)
  } catch (error) {
    if (awsErrorName(error) === 'ResourceNotFoundException')
      throw stalled('SecretNotFound', `"${reference}": Secrets Manager has no such secret`, error)
    throw fromAwsError(error, `"${reference}"`)
  } finally {
    client.destroy()
  }
}
