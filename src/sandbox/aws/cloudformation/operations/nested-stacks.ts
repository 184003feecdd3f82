import type { StackResource, UpdateJournal } from '../model.ts'
import type { Process } from '../../../timeline.ts'
import type { Deployment } from './deployment.ts'
import type { ResourceEventOptions, Run } from './run.ts'

/** The statuses that the making of a physical resource goes through: a creation's, or those of a replacement. */
export interface Making {
  running: 'CREATE_IN_PROGRESS' | 'UPDATE_IN_PROGRESS'
  done: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE'
  failed: 'CREATE_FAILED' | 'UPDATE_FAILED'
  phase: 'create' | 'update'
}

/**
 * A stack as a resource of another. The world carries these, because stacks are made of resources and this resource
 * is made of a stack.
 */
export interface NestedStacks {
  create(run: Deployment, resource: StackResource, making: Making): Process<boolean>
  /** `changed`: something in the parent's template or values is new; otherwise only the child's template may be. */
  update(run: Deployment, resource: StackResource, changed: boolean, journal: UpdateJournal): Process<boolean>
  delete(run: Run, resource: StackResource, events: ResourceEventOptions): Process<boolean>
  /** The parent's operation was stopped: the child's fails. */
  cancel(run: Run, resource: StackResource): void
  /** Puts a child back that its own rollback left stuck. */
  resume(run: Run, resource: StackResource, resourcesToSkip: readonly string[]): Process<boolean>
  /** Waits until a child that rolls back is done; false when its rollback failed. */
  settle(run: Run, resource: StackResource): Process<boolean>
}
