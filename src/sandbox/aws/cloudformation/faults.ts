/** Which resource a fault is about. `stackName` is a name, an ARN or `*`; account and region narrow it. */
export interface ResourceSelector {
  stackName: string
  logicalId: string
  account?: string
  region?: string
}

/** What is done to a resource when the fault strikes. `rollback` is an update back to the former properties. */
export type FaultPhase = 'create' | 'update' | 'delete' | 'rollback' | 'any'

/** A resource that fails. */
export interface ResourceFailure extends ResourceSelector {
  on: FaultPhase
  /** The ResourceStatusReason. */
  reason: string
  /** How many times; left out: always. */
  times?: number
}

/** A resource that takes its time. */
export interface ResourceDelay extends ResourceSelector {
  /** Milliseconds on the sandbox's clock, not scaled by its speed. */
  ms: number
}

/** Somebody changed a live property behind CloudFormation's back. */
export interface OutOfBandChange extends ResourceSelector {
  /** JSON pointer into the live properties: `/SecurityGroupIngress/0/CidrIp`. */
  path: string
  /** The new value; left out: the property is removed. */
  value?: unknown
}

/** Somebody else started an operation on a stack: an update that holds it busy. */
export interface ForeignOperation {
  stackName: string
  account?: string
  region?: string
  /** Milliseconds on the sandbox's clock, not scaled. */
  ms: number
  /** The stranger's token, as it shows in the events. */
  token?: string
}

/** Reads of stacks answer as of `lagMs` ago, for `forMs` from now. */
export interface StaleReads {
  lagMs: number
  forMs: number
  stackName?: string
}

/** The sandbox told to misbehave. Each throws an Error with a sentence when it names something that is not there. */
export interface Faults {
  failResource(fault: ResourceFailure): void
  delayResource(fault: ResourceDelay): void
  changeResource(change: OutOfBandChange): Promise<void>
  deleteResource(resource: ResourceSelector): Promise<void>
  startForeignOperation(operation: ForeignOperation): Promise<void>
  staleReads(fault: StaleReads): void
  /** Forgets the faults, not the stacks. */
  clear(): void
  /** Forgets everything: stacks, change sets, exports, faults. */
  reset(): void
}
