import type { ObjectRecord } from '../api/record.ts'

/** What the object is in its cloud: the stack's ARN, the id of the ARM deployment or stack; undefined until it is there. */
export function cloudIdOf({ status }: Pick<ObjectRecord, 'status'>): string | undefined {
  return status.identity?.['stackId'] ?? status.identity?.['id']
}

/** The page of a stack or deployment in its cloud's console; nothing for what is in no cloud that has one. */
export function consoleLink(cloudId: string): string | undefined {
  return cloudId.startsWith('arn:') ? awsLink(cloudId) : azureLink(cloudId)
}

const awsConsoles: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
}

function awsLink(stackId: string): string | undefined {
  const [, partition = '', region = ''] = /^arn:([a-z-]+):cloudformation:([a-z0-9-]+):/.exec(stackId) ?? []
  const host = awsConsoles[partition]
  if (host === undefined) return undefined
  return `https://${region}.${host}/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encodeURIComponent(stackId)}`
}

function azureLink(id: string): string | undefined {
  if (/\/providers\/Microsoft\.Resources\/deployments\/[^/]+$/i.test(id))
    return `https://portal.azure.com/#view/HubsExtension/DeploymentDetailsBlade/~/overview/id/${encodeURIComponent(id)}`
  return id.startsWith('/') ? `https://portal.azure.com/#resource${id}` : undefined
}
