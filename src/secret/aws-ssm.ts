import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled } from '../api/errors.ts'
import { pickJsonKey } from './json-key.ts'

/** Where to ask. */
export interface ParameterStoreOptions {
  /** Default: the SDK's own settings. */
  region?: string
  endpoint?: string
}

/** `aws-ssm:///path/name[#key]` or `aws-ssm://name[#key]`: a parameter of any type, decrypted. */
export async function readParameterStoreSecret(
  reference: string,
  { name, key, ...options }: ParameterStoreOptions & { name: string; key?: string },
): Promise<string> {
  if (name === '' || name === '/')
    throw stalled('InvalidReference', `"${reference}" names no parameter; write aws-ssm:///path/name`)
  const text = await fetchParameter(reference, name, options)
  if (key !== undefined) return pickJsonKey(reference, text, key)
  if (text === '') throw stalled('SecretNotFound', `"${reference}": the parameter is empty`)
  return text
}

async function fetchParameter(
  reference: string,
  name: string,
  { region, endpoint }: ParameterStoreOptions,
): Promise<string> {
  const { SSMClient, GetParameterCommand } = await import('@aws-sdk/client-ssm')
  const client = new SSMClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  try {
    const answer = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }))
    return answer.Parameter?.Value ?? ''
  } catch (error) {
    const missing = ['ParameterNotFound', 'ParameterVersionNotFound']
    if (missing.includes(awsErrorName(error) ?? ''))
      throw stalled('SecretNotFound', `"${reference}": the parameter store has no such parameter`, error)
    throw fromAwsError(error, `"${reference}"`)
  } finally {
    client.destroy()
  }
}
