import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { awsClientConfig } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled } from '../api/errors.ts'
import { pickJsonKey } from './json-key.ts'

/** `aws-sm://<name or ARN>[#key]`: the current version of a secret, or one key of it if it holds a JSON object. */
export async function readSecretsManagerSecret(
  reference: string,
  { id, key, ...location }: AwsLocation & { id: string; key?: string },
): Promise<string> {
  if (id === '') throw stalled('InvalidReference', `"${reference}" names no secret; write aws-sm://name#key`)
  const text = await fetchSecret(reference, id, location)
  if (key !== undefined) return pickJsonKey(reference, text, key)
  if (text === '') throw stalled('SecretNotFound', `"${reference}": the secret is empty`)
  return text
}

async function fetchSecret(reference: string, id: string, location: AwsLocation): Promise<string> {
  const region = location.region ?? /^arn:[^:]+:secretsmanager:([^:]+):/.exec(id)?.[1]
  const client = new SecretsManagerClient(
    awsClientConfig({ ...location, ...(region === undefined ? {} : { region }) }),
  )
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
