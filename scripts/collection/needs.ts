import { createEvaluator, KNOWN_AFTER_APPLY } from '../../src/template/cloudformation/evaluate.ts'
import { resolveParameters } from '../../src/template/cloudformation/parameters.ts'
import { attempt } from '../../src/template/cloudformation/problem.ts'
import type { Template } from '../../src/template/cloudformation/template.ts'

/** What a template expects of the account before it is deployed there. */
export interface Needs {
  /** Names that other stacks must export. */
  exports: string[]
  /** Where its nested templates, and what it includes, must lie. */
  urls: string[]
}

/** Under what a template is looked at. */
export interface Place {
  account: string
  region: string
  stackName: string
}

/** Works out what a template needs with given parameters; of one that cannot be worked out, what shows before it fails. */
export function needsOf(
  template: Template,
  parameters: Readonly<Record<string, string>>,
  place: Place,
): Needs {
  const exports = new Set<string>()
  const urls = new Set<string>()
  attempt(() => {
    const { account, region, stackName } = place
    const evaluator = createEvaluator(template, {
      parameters: resolveParameters(template, {
        given: Object.entries(parameters).map(([key, value]) => ({ key, value })),
      }),
      pseudo: {
        accountId: account,
        region,
        partition: 'aws',
        urlSuffix: 'amazonaws.com',
        stackId: `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/0`,
        stackName,
        notificationArns: [],
      },
      ref: () => KNOWN_AFTER_APPLY,
      getAtt: () => KNOWN_AFTER_APPLY,
      importValue(name) {
        if (!name.includes(KNOWN_AFTER_APPLY)) exports.add(name)
        return KNOWN_AFTER_APPLY
      },
    })
    for (const [logicalId, { properties }] of template.resources) {
      if (!evaluator.isActive(logicalId)) continue
      const path = ['Resources', logicalId, 'Properties']
      const values = evaluator.evaluate(properties, path)
      const url = (values as Record<string, unknown> | undefined)?.['TemplateURL']
      if (typeof url === 'string') urls.add(url)
    }
    for (const [name, { value, exportName }] of template.outputs)
      evaluator.evaluate([value, exportName], ['Outputs', name])
  })
  return { exports: [...exports], urls: [...urls] }
}
