import { isSecretPath, valueText } from './drift.ts'
import {
  flatProperties,
  type ChangeKind,
  type FlatProperty,
  type WhatIfChange,
  type WhatIfProperty,
  type WhatIfResult,
} from './what-if.ts'
import { signs } from './words.ts'

/** What would happen to a deployment or stack, in the shape of Azure's own what-if. */
export interface AzurePlan {
  /** There is none of that name yet. */
  isNew: boolean
  /** What changes first, then what stays; within that as ARM tells it. */
  changes: AzureChange[]
  /** What a person should know beside the changes: a foreign deployment, what could not be found out. */
  notes: string[]
}

/** What would happen to one resource. */
export interface AzureChange {
  kind: ChangeKind
  /** Azure's own: `+ - ~ = ! * x`, `v` for what a stack lets go of, `?` for what is not known. */
  sign: string
  /** Resource id, empty where it is only known when it is deployed. */
  id: string
  /** Its name: `sql1/db1`. */
  resource: string
  resourceType: string
  /** It may also not happen. */
  isPotential: boolean
  /** Why it cannot be told. */
  reason?: string
  properties: AzureProperty[]
}

/** What would happen to one property. */
export interface AzureProperty {
  /** `properties.subnets.0.name`. */
  path: string
  /** `array` only where ARM does not tell which item. */
  kind: WhatIfProperty['kind']
  /** As text; absent where there is none, or it is a secret's place. */
  before?: string
  after?: string
  /** `after` is an expression whose value is only known when it is deployed. */
  isUnevaluated: boolean
}

const order: readonly ChangeKind[] = [
  'delete',
  'detach',
  'create',
  'modify',
  'deploy',
  'unsupported',
  'unknown',
  'noChange',
  'ignore',
]

/** A what-if as a plan, its noise taken out. Pure. */
export function planOfWhatIf(
  result: WhatIfResult,
  about: { isNew: boolean; notes: readonly string[] },
): AzurePlan {
  const changes = result.changes.map((change) => plannedChange(change))
  const settings = flatProperties(result.denySettings).map((property) => plannedProperty(property))
  const ofStack: AzureChange[] =
    settings.length === 0
      ? []
      : [
          {
            kind: 'modify',
            sign: signs.modify,
            id: '',
            resource: 'deny settings',
            resourceType: 'Microsoft.Resources/deploymentStacks',
            isPotential: false,
            properties: settings,
          },
        ]
  return {
    isNew: about.isNew,
    changes: [...changes, ...ofStack].toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    notes: [...about.notes, ...result.notes],
  }
}

/** Whether carrying a plan out would change anything, as far as is known. Pure. */
export function hasChanges({ changes }: AzurePlan): boolean {
  return changes.some(({ kind }) => kind !== 'noChange' && kind !== 'ignore')
}

function plannedChange(change: WhatIfChange): AzureChange {
  const properties = flatProperties(change.delta).map((property) => plannedProperty(property))
  // Everything that ARM told of was noise.
  const isQuiet = change.kind === 'modify' && change.delta.length > 0 && properties.length === 0
  const kind = isQuiet ? 'noChange' : change.kind
  return {
    kind,
    sign: signs[kind],
    id: change.id,
    resource: change.name,
    resourceType: change.type,
    isPotential: change.isPotential,
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    properties,
  }
}

/** One property of a plan: values of secrets are not in it. Pure. */
export function plannedProperty({ path, kind, before, after, isUnevaluated }: FlatProperty): AzureProperty {
  const isShown = !isSecretPath(path)
  return {
    path,
    kind,
    ...(before === undefined || !isShown ? {} : { before: valueText(before) }),
    ...(after === undefined || !isShown ? {} : { after: valueText(after) }),
    isUnevaluated,
  }
}
