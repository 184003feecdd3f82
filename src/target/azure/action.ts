/** The calls that an operation makes, each one call to ARM; what they are made with is in the operation and the record. */
export type Action =
  /** Makes the resource group that the deployment goes into. */
  | { type: 'create-group' }
  /** Has ARM look at the deployment without making it. */
  | { type: 'validate' }
  /** Asks what the deployment would change. */
  | { type: 'what-if' }
  /** Makes or updates the deployment or stack. */
  | { type: 'put' }
  /** Stops a deployment of ours: its own, or the one that runs for a stack. */
  | { type: 'cancel'; deploymentId: string }
  /** Deletes the deployment's record, or the stack with what it says about the resources. */
  | { type: 'delete' }
