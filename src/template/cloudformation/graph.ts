import type { Evaluator } from './evaluate.ts'
import { referencesIn } from './references.ts'
import type { Template } from './template.ts'

export { checkActiveReferences } from './check-active.ts'

/** logical id → the ids it must come after, in the template's order. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>

/** What of a resource can ask for another one before it is made. */
const ASKING = ['Properties', 'Metadata', 'CreationPolicy', 'UpdatePolicy']

/**
 * Who needs whom, by Ref, Fn::GetAtt, Fn::Sub and DependsOn. With an evaluator only active resources and active
 * branches count.
 */
export function dependencyGraph(template: Template, evaluator?: Evaluator): DependencyGraph {
  const graph = new Map<string, readonly string[]>()
  for (const [logicalId, { definition, dependsOn }] of template.resources) {
    if (evaluator?.isActive(logicalId) === false) continue
    const needed = new Set(dependsOn)
    for (const key of ASKING) {
      const path = ['Resources', logicalId, key]
      const value = evaluator === undefined ? definition[key] : evaluator.prune(definition[key], path)
      for (const { name } of referencesIn(value)) needed.add(name)
    }
    const there = (id: string) => template.resources.has(id) && evaluator?.isActive(id) !== false
    graph.set(logicalId, [...needed].filter(there))
  }
  return graph
}

/** A cycle as a path that ends where it begins (`A → B → A` is [A, B, A]), or undefined. */
export function findCycle(graph: DependencyGraph): string[] | undefined {
  const done = new Set<string>()
  for (const start of graph.keys()) {
    const cycle = cycleFrom(graph, start, done)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** Depth first with a stack of its own: a chain of 500 resources is no reason to overflow. */
function cycleFrom(graph: DependencyGraph, start: string, done: Set<string>): string[] | undefined {
  const trail: { id: string; next: Iterator<string> }[] = []
  const enter = (id: string) => trail.push({ id, next: (graph.get(id) ?? []).values() })
  if (!done.has(start)) enter(start)
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const { value: needed, done: exhausted } = top.next.next()
    if (exhausted === true) {
      done.add(top.id)
      trail.pop()
    } else if (!done.has(needed)) {
      const at = trail.findIndex(({ id }) => id === needed)
      if (at >= 0) return [...trail.slice(at).map(({ id }) => id), needed]
      enter(needed)
    }
  }
  return undefined
}

/** Every id after all it needs; otherwise in the graph's order. Ids on a cycle, or behind one, are left out. */
export function creationOrder(graph: DependencyGraph): string[] {
  const order: string[] = []
  const placed = new Set<string>()
  for (let progress = true; progress;) {
    progress = false
    for (const [id, needed] of graph) {
      if (placed.has(id) || !needed.every((other) => placed.has(other) || !graph.has(other))) continue
      placed.add(id)
      order.push(id)
      progress = true
    }
  }
  return order
}

/** The graph the other way round: id → who needs it. What deletion goes by. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const needers = new Map<string, string[]>([...graph.keys()].map((id) => [id, []]))
  for (const [id, needed] of graph) for (const other of needed) needers.get(other)?.push(id)
  return needers
}
