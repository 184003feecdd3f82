import { didYouMean, nearestWord } from '../api/did-you-mean.ts'
import type { CloudFormationStackSpec } from '../api/kinds/cloud-formation-stack.ts'
import { parameterTexts } from '../api/parameters.ts'
import { displayKey, formatKey } from '../api/reference.ts'
import type { ResourceFacts } from '../template/cloudformation/facts.ts'
import { validateTemplate, type Finding } from '../template/cloudformation/validate.ts'
import { flagField, type Flag } from './flag.ts'
import type { BuiltObject } from './manifest.ts'
import { fileReferences } from './references.ts'

/** What is known beforehand about what templates may hold; each cloud's is loaded only where it is used. */
export interface BuildFacts {
  cloudFormation?: ResourceFacts
}

/** Files that objects name and that are not there, lead out of the repository, or are wrong in themselves. */
export function checkFiles(
  objects: readonly BuiltObject[],
  files: ReadonlyMap<string, Uint8Array>,
  facts: BuildFacts,
): Flag[] {
  return objects.flatMap((object) =>
    fileReferences(object).flatMap(({ role, field, path, problem }): Flag[] => {
      if (path === undefined) return [flagField(object, field, problem ?? 'leads nowhere')]
      const bytes = files.get(path)
      if (bytes) return checkFile(object, { role, path, bytes }, facts)
      const message = `${path} does not exist in the repository${nearestFile(path, files)}; correct the path or add the file`
      return [flagField(object, field, message)]
    }),
  )
}

/** What is wrong in a file itself. An Azure deployment is checked when it is prepared: much of it must be compiled first. */
function checkFile(
  object: BuiltObject,
  { role, path, bytes }: { role: string; path: string; bytes: Uint8Array },
  facts: BuildFacts,
): Flag[] {
  const isTemplate = object.kind === 'CloudFormationStack' && role === 'template'
  return isTemplate ? checkTemplate(object, { path, bytes }, facts) : []
}

/** Whole paths look alike by their folders; a slip of the pen is in one part. */
function nearestFile(path: string, files: ReadonlyMap<string, Uint8Array>): string {
  const parts = path.split('/')
  const alike = [...files.keys()].filter((candidate) => {
    const others = candidate.split('/')
    return (
      others.length === parts.length && others.filter((part, index) => part !== parts[index]).length === 1
    )
  })
  const differing = alike.filter((candidate) =>
    candidate.split('/').every((part, index) => nearestWord(parts[index] ?? '', [part]) !== undefined),
  )
  return didYouMean(path, differing)
}

function checkTemplate(
  object: BuiltObject,
  { path, bytes }: { path: string; bytes: Uint8Array },
  facts: BuildFacts,
): Flag[] {
  const spec = object.spec as CloudFormationStackSpec
  const findings = validateTemplate({
    body: new TextDecoder().decode(bytes),
    parameters: parameterTexts(spec.parameters),
    capabilities: spec.capabilities,
    ...(facts.cloudFormation ? { facts: facts.cloudFormation } : {}),
  })
  return [...findings.map((finding) => flagFinding(object, path, finding)), ...checkLists(object, spec)]
}

/** What the manifest says wrongly is shown there, what the template says wrongly in the template. */
function flagFinding(object: BuiltObject, template: string, finding: Finding): Flag {
  const { about, severity, message, line, column, path } = finding
  if (about?.given === 'parameters') {
    return flagField(object, ['spec', 'parameters', about.name], message, severity)
  }
  if (about?.given === 'capabilities') return flagField(object, ['spec', 'capabilities'], message, severity)
  const key = formatKey(object)
  const field = path === '' ? {} : { field: path }
  return {
    key,
    problem: { severity, file: template, line, column, object: displayKey(key), ...field, message },
  }
}

/** CloudFormation has no escape for a comma in an item of a list: it will see two items. */
function checkLists(object: BuiltObject, spec: CloudFormationStackSpec): Flag[] {
  return Object.entries(spec.parameters).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return []
    return value.flatMap((item, index) => {
      if (typeof item !== 'string' || !item.includes(',')) return []
      const message = `the item "${item}" holds a comma: CloudFormation takes it for two; write them as two items`
      return [flagField(object, ['spec', 'parameters', name, index], message, 'warning')]
    })
  })
}
