import { stalled } from '../../api/errors.ts'
import type { Settings } from '../../compose/settings.ts'
import type { Finding } from './finding.ts'

/** Asks AWS who the controller is there, if it is in use. */
export async function checkAws(settings: Settings, isInUse: boolean): Promise<Finding> {
  const what = 'aws'
  try {
    if (!isInUse) return { what, outcome: 'skipped', message: 'not in use: no setting names it, no stack' }
    return { what, outcome: 'good', message: await askWho(settings) }
  } catch (error) {
    return { what, outcome: 'bad', message: textOf(error) }
  }
}

async function askWho({ region }: Settings): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  const client = new STSClient({ maxAttempts: 2, ...(region === undefined ? { region: 'us-east-1' } : {}) })
  try {
    const { Arn: arn, Account: account } = await client.send(new GetCallerIdentityCommand({}))
    const where = region === undefined ? 'no default region (AWS_REGION); stacks must name theirs' : region
    return `${arn ?? 'unknown'} in account ${account ?? 'unknown'}, ${where}`
  } catch (error) {
    const advice =
      'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is given'
    const isMissing = error instanceof Error && error.name === 'CredentialsProviderError'
    throw isMissing ? stalled('NoCredentials', `${textOf(error)}; ${advice}`, error) : error
  } finally {
    client.destroy()
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
