import type { ArmTemplate, GivenParameter, Locate } from '../../../template/arm/index.ts'
import type { Place } from '../deployments/place.ts'
import type { ErrorDetail } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Caller } from '../wire.ts'

/** What becomes of a resource that a stack no longer has. */
export type UnmanageAction = 'delete' | 'detach'

/** What a stack's deny assignments forbid. */
export type DenyMode = 'none' | 'denyDelete' | 'denyWriteAndDelete'

/** What a stack is told besides its template. */
export interface StackSettings {
  actionOnUnmanage: {
    resources: UnmanageAction
    resourceGroups: UnmanageAction
    managementGroups: UnmanageAction
  }
  denySettings: DenySettings
  description?: string
  /** The id of the scope that it deploys to, where that is not its own. */
  deploymentScope?: string
  validationLevel?: string
  bypassStackOutOfSyncError: boolean
}

/** Who may not do what to a stack's resources. */
export interface DenySettings {
  mode: DenyMode
  applyToChildScopes: boolean
  /** Absent where nobody said. */
  excludedPrincipals?: string[]
  excludedActions?: string[]
}

/** What a caller asks a stack to be. */
export interface StackRequest {
  place: Place
  name: string
  /** At every scope but the resource group. */
  location?: string
  tags: JsonObject
  settings: StackSettings
  template: ArmTemplate
  locate?: Locate
  parameters: Readonly<Record<string, GivenParameter>>
  apiVersion: string
  caller: Caller
  correlationId: string
}

/** A resource that a stack manages. */
export interface ManagedResource {
  id: string
  status: 'managed' | 'deleteFailed' | 'removeDenyFailed'
  denyStatus: string
}

/** The lists of a stack, which tell of its last operation alone. */
export interface StackLists {
  resources: ManagedResource[]
  detachedResources: string[]
  deletedResources: string[]
  failedResources: { id: string; error: ErrorDetail }[]
}

/** One operation on a stack, as its status url tells. */
export interface StackOperation {
  id: string
  name: string
  state: string
  error?: ErrorDetail
}

/** A deployment stack. */
export interface Stack {
  id: string
  request: StackRequest
  createdAtMs: number
  createdBy: Caller
  modifiedAtMs: number
  state: string
  /** What it really manages, whatever its lists show meanwhile. */
  managed: string[]
  lists: StackLists
  /** The mode that its deny assignments have now. */
  denied: DenySettings
  deploymentId?: string
  durationMs?: number
  outputs?: JsonObject
  error?: ErrorDetail
  operation: StackOperation
  /** ARM is not sure that its list is right. */
  outOfSync: boolean
  /** Nothing more happens: its scope is gone. */
  stopped: boolean
  /** What the control endpoint makes it look like. */
  pretended?: string
}

/** Lists as they are while an operation runs. */
export function emptyLists(): StackLists {
  return { resources: [], detachedResources: [], deletedResources: [], failedResources: [] }
}

const terminal = new Set(['succeeded', 'failed', 'canceled'])

/** The state that a stack shows. */
export function shownState(stack: Stack): string {
  return stack.pretended ?? stack.state
}

/** Whether a stack is at work, or looks as if it were. */
export function isBusy(stack: Stack): boolean {
  return !terminal.has(shownState(stack).toLowerCase())
}
