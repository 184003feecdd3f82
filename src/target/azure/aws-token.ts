import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { transient } from '../../api/errors.ts'
import { cleanText } from '../clean-text.ts'

/** How long AWS's word on who we are holds: it is exchanged at once. */
const lifetimeSeconds = 300

/**
 * A token of AWS's own that says who the controller is there, for Azure to exchange (`sts:GetWebIdentityToken`, which
 * the account must have outbound federation enabled for). Entra takes RS256 only. STS answers this at its regional
 * endpoints alone, so a region must be set.
 */
export async function awsWebIdentityToken(
  audience: string,
  place: { region?: string; endpoint?: string } = {},
): Promise<string> {
  const client = new STSClient({
    ...place,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  })
  try {
    const { WebIdentityToken } = await client.send(
      new GetWebIdentityTokenCommand({
        Audience: [audience],
        SigningAlgorithm: 'RS256',
        DurationSeconds: lifetimeSeconds,
      }),
    )
    if (WebIdentityToken === undefined) throw new Error('STS answered without a token')
    return WebIdentityToken
  } catch (error) {
    const text = cleanText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    throw transient('CredentialsUnavailable', `GetWebIdentityToken: ${text}`, error, 10_000)
  } finally {
    client.destroy()
  }
}
