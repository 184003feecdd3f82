import { checkActiveReferences } from './check-active.ts'
import { type EvaluationContext, type Evaluator, KNOWN_AFTER_APPLY, createEvaluator } from './evaluate.ts'
import { expandLoops } from './language-extensions.ts'
import { type ParameterValue, resolveParameters } from './parameters.ts'
import { type Report, TemplateError, attempt } from './problem.ts'
import { referencesIn } from './references.ts'
import { readTemplate } from './structure.ts'
import type { Template } from './template.ts'
import type { TemplatePath } from './value.ts'

/** Where the stack will be is not known offline, nor what it will be called. */
const SOMEWHERE: EvaluationContext['pseudo'] = {
  accountId: KNOWN_AFTER_APPLY,
  region: KNOWN_AFTER_APPLY,
  partition: KNOWN_AFTER_APPLY,
  urlSuffix: KNOWN_AFTER_APPLY,
  stackId: KNOWN_AFTER_APPLY,
  stackName: KNOWN_AFTER_APPLY,
  notificationArns: [KNOWN_AFTER_APPLY],
}

/**
 * What only goes wrong with these parameter values: a mapping without the key, a selection beyond the end, a
 * reference to a resource that its condition leaves out, a loop that cannot be written out. Takes a template that is
 * right in itself; `given` must be right too. What depends on the region, the account or the cloud is left alone.
 */
export function checkValues(
  template: Template,
  given: Readonly<Record<string, string>>,
  report: Report,
): void {
  const parameters = resolveParameters(
    template,
    { given: Object.entries(given).map(([key, value]) => ({ key, value })), ssm: () => KNOWN_AFTER_APPLY },
    () => {},
  )
  const result = attempt(() => {
    const source = expandLoops(template.source, { parameters, pseudo: SOMEWHERE })
    const expanded = source === template.source ? template : readTemplate(source)
    if (!hangsOnPlace(expanded)) checkActive(expanded, parameters, report)
  })
  if (result instanceof TemplateError) report(result)
}

/** A condition that asks where it is can be either; what it switches is then not known. */
function hangsOnPlace(template: Template): boolean {
  return [...template.conditions.values()].some((condition) =>
    [...referencesIn(condition)].some(
      ({ name }) => name.startsWith('AWS::') || template.parameters.get(name)?.type.includes('SSM') === true,
    ),
  )
}

function checkActive(
  template: Template,
  parameters: ReadonlyMap<string, ParameterValue>,
  report: Report,
): void {
  const evaluator = createEvaluator(template, {
    parameters,
    pseudo: SOMEWHERE,
    ref: () => KNOWN_AFTER_APPLY,
    getAtt: () => KNOWN_AFTER_APPLY,
  })
  checkActiveReferences(template, evaluator, report)
  for (const [path, value] of activeValues(template, evaluator)) {
    const result = attempt(() => evaluator.evaluate(value, path))
    if (result instanceof TemplateError) report(result)
  }
}

function* activeValues(template: Template, evaluator: Evaluator): Generator<[TemplatePath, unknown]> {
  for (const [logicalId, { definition }] of template.resources)
    if (evaluator.isActive(logicalId))
      for (const key of ['Properties', 'Metadata', 'CreationPolicy', 'UpdatePolicy'])
        yield [['Resources', logicalId, key], definition[key]]
  for (const [name, { value, condition }] of template.outputs)
    if (condition === undefined || evaluator.conditions.get(condition) === true)
      yield [['Outputs', name, 'Value'], value]
}
