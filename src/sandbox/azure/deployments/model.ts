import type { ArmTemplate, Expansion, GivenParameter, Locate } from '../../../template/arm/index.ts'
import type { ErrorDetail } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Caller } from '../wire.ts'
import type { Place } from './place.ts'

/** What a caller asks to be deployed. */
export interface DeploymentRequest {
  place: Place
  name: string
  location?: string
  tags?: JsonObject
  mode: 'Incremental' | 'Complete'
  template: ArmTemplate
  /** Places in the template's text as it was sent. */
  locate?: Locate
  parameters: Readonly<Record<string, GivenParameter>>
  onError?: { type: string; deploymentName?: string }
  /** `Template` leaves out what providers, policies and quotas say. */
  validationLevel?: string
  apiVersion: string
  caller: Caller
  correlationId: string
  /** The id of the deployment stack that deploys. */
  stackId?: string
}

/** How one step of a deployment went, as the operations list tells. */
export interface OperationEntry {
  operationId: string
  kind: 'Create' | 'Read' | 'Delete' | 'EvaluateDeploymentOutput'
  state: 'Running' | 'Succeeded' | 'Failed'
  startedAtMs: number
  changedAtMs: number
  trackingId: string
  serviceRequestId?: string
  statusCode: string
  error?: ErrorDetail
  target?: {
    id: string
    resourceType: string
    resourceName: string
    apiVersion?: string
    symbolicName?: string
  }
}

/** What moves while a deployment runs. */
export interface DeploymentProgress {
  /** `Accepted`, `Running`, `Succeeded`, `Failed`, `Canceled`. */
  state: string
  changedAtMs: number
  outputs?: JsonObject
  outputResources?: string[]
  error?: ErrorDetail
}

/** One run of a deployment's name: what was asked for, and how far it is. */
export interface Deployment {
  id: string
  request: DeploymentRequest
  expansion: Expansion
  /** What does not move: templateHash, parameters, providers, dependencies. */
  facts: DeploymentFacts
  createdAtMs: number
  /** The name's first run. */
  isNew: boolean
  /** The 20 digits of its status url. */
  statusNumber: string
  progress: DeploymentProgress
  /** Every progress it was in, for reads of the past. */
  history: DeploymentProgress[]
  operations: OperationEntry[]
  /** Nothing more begins: it was canceled, or what it is in is gone. */
  stopped: boolean
  /** What the name held before. */
  previous?: Deployment
  /** What the control endpoint makes it look like. */
  pretended?: string
}

/** What a deployment says of its template. */
export interface DeploymentFacts {
  templateHash: string
  parameters: JsonObject
  providers: Json[]
  dependencies: Json[]
  /** Ids of all resources, those of nested deployments last. */
  validatedResources: string[]
  onErrorDeployment?: JsonObject
}

/** Whether a deployment is still at work. */
export function isActive(deployment: Deployment): boolean {
  return deployment.progress.state === 'Accepted' || deployment.progress.state === 'Running'
}

/** Moves a deployment on; what is not said goes. */
export function moveTo(deployment: Deployment, progress: DeploymentProgress): void {
  deployment.progress = progress
  deployment.history.push(progress)
}
