import type { Json } from '../../../template/arm/index.ts'

/** How a property changes. */
export type PropertyChangeType = 'Create' | 'Delete' | 'Modify' | 'Array' | 'NoEffect'

/** One changed property; `children` are those of a list or of an item of one, with paths below it. */
export interface PropertyChange {
  path: string
  propertyChangeType: PropertyChangeType
  before?: Json
  after?: Json
  children?: PropertyChange[]
}
