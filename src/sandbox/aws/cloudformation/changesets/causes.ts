import { referencesIn } from '../../../../template/cloudformation/references.ts'
import { isObject } from '../input.ts'

/** Why a property's value changes or may change. */
export interface Cause {
  source: 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute'
  /** `KeyName`, `Foo`, `Foo.TopicName`. */
  entity: string
  evaluation: 'Static' | 'Dynamic'
}

/** What is known of the other things that a property may refer to. */
export interface Surrounding {
  /** Parameters with another value than before. */
  changedParameters: ReadonlySet<string>
  /** How each resource that changes does so. */
  replacements: ReadonlyMap<string, 'True' | 'False' | 'Conditional'>
}

/** The causes in a property's value as the template writes it, each once. */
export function causesOf(written: unknown, surrounding: Surrounding): Cause[] {
  const causes: Cause[] = []
  const add = (cause: Cause): void => {
    if (!causes.some((other) => other.source === cause.source && other.entity === cause.entity))
      causes.push(cause)
  }
  for (const reference of [...referencesIn(written), ...mapKeys(written)]) {
    if (surrounding.changedParameters.has(reference.name)) {
      add({ source: 'ParameterReference', entity: reference.name, evaluation: 'Static' })
      continue
    }
    const replacement = surrounding.replacements.get(reference.name)
    if (replacement === undefined) continue
    if (reference.kind === 'getAtt')
      add({
        source: 'ResourceAttribute',
        entity: `${reference.name}.${reference.attribute ?? ''}`,
        evaluation: replacement === 'True' ? 'Static' : 'Dynamic',
      })
    else if (replacement !== 'False')
      add({
        source: 'ResourceReference',
        entity: reference.name,
        evaluation: replacement === 'True' ? 'Static' : 'Dynamic',
      })
  }
  return causes
}

/** Parameters that choose a mapping's entry are references like any other. */
function mapKeys(written: unknown): { kind: 'ref' | 'getAtt'; name: string; attribute?: string }[] {
  if (Array.isArray(written)) return written.flatMap(mapKeys)
  if (!isObject(written)) return []
  return Object.entries(written).flatMap(([key, child]) =>
    key === 'Fn::FindInMap' ? [...referencesIn(child)] : mapKeys(child),
  )
}
