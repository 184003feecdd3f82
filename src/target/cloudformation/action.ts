/** The mutating calls there are; each is one call to CloudFormation. `stack` is a StackId, or a name while there is none. */
export type Action =
  | {
      type: 'create-change-set'
      stack: string
      changeSetType: 'CREATE' | 'UPDATE'
      /** The stack has triggers that are declared no more. */
      clearRollbackTriggers: boolean
      mode?: 'revert-drift' | 'accept-drift'
    }
  | { type: 'execute-change-set'; changeSetId: string; changeSetType: 'CREATE' | 'UPDATE' }
  | { type: 'delete-change-set'; changeSetId: string }
  | { type: 'set-stack-policy'; stack: string }
  | { type: 'set-termination-protection'; stack: string; enabled: boolean }
  | { type: 'delete-stack'; stack: string; token: string }
  | { type: 'rollback-stack'; stack: string; token: string }
  | { type: 'continue-rollback'; stack: string; token: string }
  | { type: 'detect-drift'; stack: string }
