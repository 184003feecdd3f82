import type { Evaluator } from './evaluate.ts'
import type { Template } from './template.ts'

/** logical id → the ids it must come after, in the template's order. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>

/**
 * Who needs whom, by Ref, Fn::GetAtt, Fn::Sub and DependsOn. With an evaluator only active resources and active
 * branches count.
 */
export function dependencyGraph(template: Template, evaluator?: Evaluator): DependencyGraph {
  void evaluator
  return new Map([...template.resources.keys()].map((id) => [id, []]))
}

/** A cycle as a path that ends where it begins (`A → B → A` is [A, B, A]), or undefined. */
export function findCycle(graph: DependencyGraph): string[] | undefined {
  void graph
  return undefined
}

/** Every id after all it needs; otherwise in the graph's order. Ids on a cycle are left out. */
export function creationOrder(graph: DependencyGraph): string[] {
  return [...graph.keys()]
}

/** The graph the other way round: id → who needs it. What deletion goes by. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  return graph
}

/** Refuses (TemplateError) a reference from an active part to a resource that its condition leaves out. */
export function checkActiveReferences(template: Template, evaluator: Evaluator): void {
  void template
  void evaluator
}
