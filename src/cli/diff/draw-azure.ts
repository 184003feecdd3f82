import type { AzureChange, AzurePlan, AzureProperty } from '../../target/azure/plan.ts'
import { printable } from '../io.ts'
import type { Paint } from '../paint.ts'
import { shownValue } from './shown-value.ts'

/**
 * The lines of a deployment's plan with Azure's own signs, one a resource with its properties below. What stays as it is
 * gets one line in all. Pure.
 */
export function drawAzurePlan({ changes }: Pick<AzurePlan, 'changes'>, paint: Paint): string[] {
  const moving = changes.filter(({ kind }) => kind !== 'noChange' && kind !== 'ignore')
  const width = Math.max(0, ...moving.map(({ resource }) => resource.length))
  const typeWidth = Math.max(0, ...moving.map(({ resourceType }) => resourceType.length))
  return moving.flatMap((change) => [
    drawChange(change, { width, typeWidth, paint }),
    ...drawProperties(change.properties),
  ])
}

function drawChange(
  change: AzureChange,
  { width, typeWidth, paint }: { width: number; typeWidth: number; paint: Paint },
): string {
  const { kind, sign, resource, resourceType } = change
  const line = `  ${sign} ${printable(resource).padEnd(width)}  ${printable(resourceType).padEnd(typeWidth)}  ${wordsOf(change)}`
  if (kind === 'delete') return paint.bad(line.trimEnd())
  return kind === 'create' ? paint.good(line.trimEnd()) : line.trimEnd()
}

function wordsOf({ kind, reason, isPotential }: AzureChange): string {
  const words: Readonly<Record<AzureChange['kind'], string>> = {
    create: '',
    modify: 'in place',
    delete: 'DELETED',
    detach: 'leaves the stack, stays in the cloud',
    deploy: 'deployed again, what changes is not known',
    unsupported: 'not known',
    unknown: 'not known',
    noChange: '',
    ignore: '',
  }
  const why = reason === undefined ? '' : `: ${printable(reason)}`
  return `${words[kind]}${isPotential ? ' (perhaps)' : ''}${why}`.trimStart()
}

function drawProperties(properties: readonly AzureProperty[]): string[] {
  const width = Math.max(0, ...properties.map(({ path }) => path.length))
  return properties.map(({ path, before, after, isUnevaluated }) => {
    const isHidden = before === undefined && after === undefined
    const values = isHidden ? '(value not shown)' : `${shownValue(before)} → ${shownValue(after)}`
    const when = isUnevaluated ? '   (known when it is deployed)' : ''
    return `      ${printable(path).padEnd(width)}  ${values}${when}`
  })
}
