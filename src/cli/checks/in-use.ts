import type { Settings } from '../../compose/settings.ts'

/** Which clouds a controller has to do with, told from its settings and the kinds that its store holds. Pure. */
export function cloudsInUse(
  { azure, region, store, blobs, source }: Settings,
  kinds: ReadonlySet<string>,
): { aws: boolean; azure: boolean } {
  const usesAzure = azure !== undefined || kinds.has('AzureDeployment') || source?.provider === 'azure'
  const namesAws =
    region !== undefined ||
    source?.provider === 'aws' ||
    store.startsWith('dynamodb:') ||
    blobs.startsWith('s3:')
  return { aws: !usesAzure || namesAws || kinds.has('CloudFormationStack'), azure: usesAzure }
}
