import { fromAwsError } from '../api/aws-error.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { CloudIdentities } from '../source/source.ts'
import type { TokenSource } from '../target/azure/connections.ts'
import type { Settings } from './settings.ts'
import { credentialOptions, webIdentity } from './targets.ts'

/** Azure DevOps, as Entra knows it: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity */
const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798/.default'

/**
 * Who the controller is in clouds, for git hosts that know it by that: the same identities that it deploys by. Each is made
 * when it is first asked for, and its SDK loaded then.
 */
export function cloudIdentities(settings: Settings, secrets: SecretResolver): CloudIdentities {
  let aws: Promise<CloudIdentities['aws']> | undefined
  let azure: Promise<TokenSource> | undefined
  return {
    async aws() {
      aws ??= openAws(settings, secrets)
      try {
        return await (
          await aws
        )()
      } catch (error) {
        aws = undefined
        throw fromAwsError(error, 'no credentials of AWS to sign in by')
      }
    },
    async azureDevOps(isStale) {
      azure ??= import('../target/azure/credential.ts').then(({ createTokenSource }) =>
        createTokenSource(credentialOptions(settings, secrets), azureDevOps),
      )
      return (await azure).token(undefined, isStale)
    },
  }
}

async function openAws(settings: Settings, secrets: SecretResolver): Promise<CloudIdentities['aws']> {
  const { credentialsOf } = await import('../target/cloudformation/sdk.ts')
  const { region } = settings
  return credentialsOf({ region, sessionName: 'headwater-source', ...(await webIdentity(settings, secrets)) })
}
