import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { awsClientConfig } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled } from '../api/errors.ts'
import { pickJsonKey } from './json-key.ts'

/** `aws-ssm:///path/name[#key]` or `aws-ssm://name[#key]`: a parameter of any type, decrypted. */
export async function readParameterStoreSecret(
  reference: string,
  { name, key, ...location }: AwsLocation & { name: string; key?: string },
): Promise<string> {
  if (name === '' || name === '/')
    throw stalled('InvalidReference', `"${reference}" names no parameter; write aws-ssm:///path/name`)
  const text = await fetchParameter(reference, name, location)
  if (key !== undefined) return pickJsonKey(reference, text, key)
  if (text === '') throw stalled('SecretNotFound', `"${reference}": the parameter is empty`)
  return text
}

async function fetchParameter(reference: string, name: string, location: AwsLocation): Promise<string> {
  const client = new SSMClient(awsClientConfig(location))
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
