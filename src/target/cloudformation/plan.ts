import { cleanText } from '../clean-text.ts'
import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation'

/** What would happen to a stack. */
export interface StackPlan {
  /** The stack would be made. */
  isNew: boolean
  changes: PlannedChange[]
  /** What a person should know beside the changes: a foreign stack, what could not be found out. */
  notes: string[]
}

/** What would happen to one resource. */
export interface PlannedChange {
  /** Logical id. */
  resource: string
  resourceType: string
  /** `sync` puts back what was changed by hand. */
  action: 'add' | 'modify' | 'remove' | 'replace' | 'import' | 'sync'
  /** With `modify`: whether CloudFormation replaces it is only known when it is done. */
  mayReplace?: boolean
  properties: PlannedProperty[]
  /** What becomes of the old resource when it is removed or replaced. */
  oldResource?: 'deleted' | 'retained' | 'snapshot'
  /** The old resource holds data that would be gone. */
  losesData?: boolean
}

/** What would happen to one property. */
export interface PlannedProperty {
  /** `DesiredCount`, `Tags/0/Value`; `Metadata` and the like for what is no property. */
  path: string
  before?: string
  after?: string
  recreation: 'never' | 'possibly' | 'always'
}

/** Resource types that hold data which nothing brings back once they are deleted. */
const dataTypes = [
  'AWS::Backup::BackupVault',
  'AWS::Cognito::UserPool',
  'AWS::DocDB::DBCluster',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::EC2::Volume',
  'AWS::ECR::Repository',
  'AWS::EFS::FileSystem',
  'AWS::ElastiCache::CacheCluster',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::FSx::FileSystem',
  'AWS::KMS::Key',
  'AWS::Kinesis::Stream',
  'AWS::Logs::LogGroup',
  'AWS::MSK::Cluster',
  'AWS::Neptune::DBCluster',
  'AWS::OpenSearchService::Domain',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::Redshift::Cluster',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::Timestream::Table',
]

/** Whether deleting a resource of that type deletes data. */
export function holdsData(resourceType: string): boolean {
  return dataTypes.includes(resourceType)
}

/** The changes of a change set as a plan. Pure. */
export function plannedChanges(changes: readonly Change[]): PlannedChange[] {
  return changes.flatMap(({ ResourceChange: change }) =>
    change === undefined ? [] : [plannedChange(change)],
  )
}

function plannedChange(change: ResourceChange): PlannedChange {
  const resourceType = change.ResourceType ?? 'unknown type'
  const isReplaced = change.Replacement === 'True' || change.PolicyAction?.startsWith('ReplaceAnd') === true
  const action = actionOf(change, isReplaced)
  const planned: PlannedChange = {
    resource: change.LogicalResourceId ?? '?',
    resourceType,
    action,
    properties: plannedProperties(change.Details ?? []),
  }
  const isUncertain = action === 'modify' && change.Replacement === 'Conditional'
  if (isUncertain) planned.mayReplace = true
  return action === 'remove' || action === 'replace' || isUncertain
    ? withOldResource(planned, fateOf(change.PolicyAction))
    : planned
}

/** The same change with what becomes of the old resource, and whether data goes with it. */
export function withOldResource(
  change: PlannedChange,
  oldResource: NonNullable<PlannedChange['oldResource']>,
): PlannedChange {
  const losesData = oldResource === 'deleted' && holdsData(change.resourceType)
  return { ...change, oldResource, ...(losesData ? { losesData } : {}) }
}

function actionOf(change: ResourceChange, isReplaced: boolean): PlannedChange['action'] {
  switch (change.Action) {
    case 'Add':
      return 'add'
    case 'Remove':
      return 'remove'
    case 'Import':
      return 'import'
    case 'SyncWithActual':
      return 'sync'
    default:
      return isReplaced ? 'replace' : 'modify'
  }
}

function fateOf(policy: ResourceChange['PolicyAction']): NonNullable<PlannedChange['oldResource']> {
  if (policy?.endsWith('Retain') === true) return 'retained'
  return policy?.endsWith('Snapshot') === true ? 'snapshot' : 'deleted'
}

/** CloudFormation may give one property several causes: once is enough, and the one with values wins. */
function plannedProperties(details: readonly ResourceChangeDetail[]): PlannedProperty[] {
  const byPath = new Map<string, PlannedProperty>()
  for (const { Target: target } of details) {
    if (target === undefined) continue
    const isProperty = target.Attribute === 'Properties'
    const path = isProperty
      ? (target.Path?.replace(/^\/Properties\//, '') ?? target.Name ?? 'Properties')
      : (target.Attribute ?? 'Properties')
    const recreation = { Always: 'always', Conditionally: 'possibly', Never: 'never' } as const
    const planned: PlannedProperty = {
      path,
      ...(target.BeforeValue === undefined ? {} : { before: cleanText(target.BeforeValue) }),
      ...(target.AfterValue === undefined ? {} : { after: cleanText(target.AfterValue) }),
      recreation: recreation[target.RequiresRecreation ?? 'Never'],
    }
    byPath.set(path, { ...byPath.get(path), ...planned })
  }
  return [...byPath.values()]
}
