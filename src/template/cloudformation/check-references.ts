import { didYouMean } from '../../api/did-you-mean.ts'
import type { Dialect } from './dialect.ts'
import { PSEUDO_PARAMETERS, isLoop } from './functions.ts'
import { dependencyGraph, findCycle } from './graph.ts'
import type { Report } from './problem.ts'
import { type Reference, referencesIn } from './references.ts'
import type { Template } from './template.ts'
import { isObject } from './value.ts'

/** Checks that every name a template asks for is declared, in any branch, and that no resource waits for itself. */
export function checkReferences(template: Template, dialect: Dialect, report: Report): void {
  // A macro may declare what is missing here; CloudFormation looks after it has run.
  if (dialect.rewritten || hasLoops(template)) return
  const names = new Names(template)
  checkConditions(template, names, report)
  for (const { references, block } of blocks(template)) {
    const missing = references.filter((reference) => !names.knows(reference))
    for (const reference of missing) if (reference.kind === 'getAtt') reportGetAtt(reference, names, report)
    const refs = missing.filter((reference) => reference.kind === 'ref')
    if (refs.length > 0) reportRefs(refs, block, names, report)
  }
  checkDependsOn(template, names, report)
  const cycle = findCycle(dependencyGraph(template))
  if (cycle !== undefined)
    report({
      path: ['Resources', cycle[0] ?? ''],
      message: `Circular dependency between resources: [${cycle.slice(0, -1).join(', ')}]`,
      advice: `the resources wait for each other: ${cycle.join(' → ')}; take one reference out`,
    })
}

/** What can be named. */
class Names {
  readonly #template: Template
  readonly #modules: readonly string[]

  constructor(template: Template) {
    this.#template = template
    this.#modules = [...template.resources].flatMap(([id, { type }]) =>
      type.endsWith('::MODULE') ? [id] : [],
    )
  }

  knows(reference: Reference): boolean {
    const { name } = reference
    if (this.#template.resources.has(name) || this.#modules.some((module) => name.startsWith(module)))
      return true
    return (
      reference.kind === 'ref' && (this.#template.parameters.has(name) || PSEUDO_PARAMETERS.includes(name))
    )
  }

  suggestion(name: string): string {
    return didYouMean(name, [
      ...this.#template.resources.keys(),
      ...this.#template.parameters.keys(),
      ...PSEUDO_PARAMETERS,
    ])
  }
}

function blocks(template: Template): { block: 'Resources' | 'Outputs'; references: Reference[] }[] {
  const resources = [...template.resources].flatMap(([logicalId, { definition }]) =>
    ['Properties', 'Metadata', 'CreationPolicy', 'UpdatePolicy'].flatMap((key) => [
      ...referencesIn(definition[key], ['Resources', logicalId, key]),
    ]),
  )
  const outputs = [...template.outputs].flatMap(([name, { value, exportName }]) => [
    ...referencesIn(value, ['Outputs', name, 'Value']),
    ...referencesIn(exportName, ['Outputs', name, 'Export', 'Name']),
  ])
  return [
    { block: 'Resources', references: resources },
    { block: 'Outputs', references: outputs },
  ]
}

function reportGetAtt(reference: Reference, names: Names, report: Report): void {
  const { name, attribute, path } = reference
  report({
    path,
    message:
      reference.by === 'Fn::Sub'
        ? `Template error: instance of Fn::Sub references invalid resource attribute ${name}.${attribute}`
        : `Template error: instance of Fn::GetAtt references undefined resource ${name}`,
    advice: `there is no resource "${name}"${names.suggestion(name)}`,
  })
}

/** CloudFormation names all of a block in one message; people get one finding for each, where it stands. */
function reportRefs(references: readonly Reference[], block: string, names: Names, report: Report): void {
  const all = [...new Set(references.map(({ name }) => name))]
  for (const { name, path } of references)
    report({
      path,
      message: `Template format error: Unresolved resource dependencies [${all.join(', ')}] in the ${block} block of the template`,
      advice: `there is no parameter or resource "${name}"${names.suggestion(name)}`,
    })
}

function checkConditions(template: Template, names: Names, report: Report): void {
  for (const [name, condition] of template.conditions)
    for (const reference of referencesIn(condition, ['Conditions', name])) {
      if (reference.kind === 'ref' && !template.resources.has(reference.name) && names.knows(reference))
        continue
      report({
        path: reference.path,
        message: `Template format error: Unresolved dependencies [${reference.name}]. Cannot reference resources in the Conditions block of the template`,
        advice: template.resources.has(reference.name)
          ? `a condition cannot ask the resource "${reference.name}"; it may use parameters, mappings and other conditions`
          : `there is no parameter "${reference.name}"${names.suggestion(reference.name)}`,
      })
    }
}

function checkDependsOn(template: Template, names: Names, report: Report): void {
  for (const [logicalId, { dependsOn }] of template.resources)
    for (const name of dependsOn) {
      if (template.resources.has(name)) continue
      if (names.knows({ kind: 'getAtt', name, by: 'Ref', path: [] })) continue
      report({
        path: ['Resources', logicalId, 'DependsOn'],
        message: `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        advice: `there is no resource "${name}" to depend on${names.suggestion(name)}`,
      })
    }
}

/** What a loop or an include declares is not seen before it is expanded. */
function hasLoops(template: Template): boolean {
  return ['Resources', 'Parameters', 'Conditions'].some((section) => {
    const value = template.source[section]
    return isObject(value) && Object.keys(value).some((key) => isLoop(key) || key === 'Fn::Transform')
  })
}
