import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import { parameterTexts } from '../../api/parameters.ts'
import { displayKey, formatKey } from '../../api/reference.ts'
import { validateTemplate, type Finding } from '../../template/cloudformation/validate.ts'
import type { BuildFacts } from '../files.ts'
import { flagField, type Flag } from '../flag.ts'
import type { BuiltObject } from '../manifest.ts'
import { fileReferences } from '../references.ts'

/** What is wrong in the templates of stacks, as far as they are there. */
export function checkTemplates(
  stacks: readonly BuiltObject[],
  files: ReadonlyMap<string, Uint8Array>,
  facts: BuildFacts,
): Flag[] {
  return stacks.flatMap((object) =>
    fileReferences(object).flatMap(({ role, path }): Flag[] => {
      const bytes = path === undefined ? undefined : files.get(path)
      if (role !== 'template' || path === undefined || bytes === undefined) return []
      return checkTemplate(object, { path, bytes }, facts)
    }),
  )
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
