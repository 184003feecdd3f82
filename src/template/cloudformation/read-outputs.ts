import { didYouMean } from '../../api/did-you-mean.ts'
import type { Dialect } from './dialect.ts'
import { functionOf, isLoop } from './functions.ts'
import type { Report } from './problem.ts'
import { checkName, readSection } from './sections.ts'
import type { OutputDeclaration } from './template.ts'
import { type JsonObject, type TemplatePath, isObject, isScalar } from './value.ts'

const KEYS: readonly string[] = ['Condition', 'Description', 'Export', 'Value']

/** The template's outputs. */
export function readOutputs(
  source: JsonObject,
  dialect: Dialect,
  report: Report,
): ReadonlyMap<string, OutputDeclaration> {
  const outputs = new Map<string, OutputDeclaration>()
  for (const [name, value] of Object.entries(readSection(source, 'Outputs', report))) {
    if (isLoop(name) || name === 'Fn::Transform') continue
    const path = ['Outputs', name]
    checkName('Outputs', name, path, report)
    const output = readOutput(value, path, dialect, report)
    if (output !== undefined) outputs.set(name, output)
  }
  return outputs
}

function readOutput(
  output: unknown,
  path: TemplatePath,
  dialect: Dialect,
  report: Report,
): OutputDeclaration | undefined {
  if (output === null) return undefined
  if (!isObject(output) || output['Value'] === undefined) {
    if (!dialect.rewritten)
      report({
        path,
        message: 'Template format error: Every Outputs member must contain a Value object',
        advice: 'the output has no Value',
      })
    return undefined
  }
  const unknown = Object.keys(output).find((key) => !KEYS.includes(key))
  if (unknown !== undefined && !dialect.rewritten)
    report({
      path: [...path, unknown],
      message: `Invalid template output property '${unknown}'`,
      advice: `"${unknown}" is no property of an output${didYouMean(unknown, KEYS)}`,
    })
  const value = output['Value']
  if (value !== null && !isScalar(value) && functionOf(value) === undefined)
    report({
      path: [...path, 'Value'],
      message: 'Template format error: The Value field of every Outputs member must evaluate to a String.',
      advice: 'the Value of an output must come to a text',
    })
  return {
    value,
    ...(isScalar(output['Description']) ? { description: String(output['Description']) } : {}),
    ...(typeof output['Condition'] === 'string' ? { condition: output['Condition'] } : {}),
    ...readExport(output, path, report),
  }
}

function readExport(output: JsonObject, path: TemplatePath, report: Report): { exportName?: unknown } {
  const declared = output['Export']
  if (declared === undefined || declared === null) return {}
  const name = isObject(declared) ? declared['Name'] : undefined
  if (isScalar(name) || functionOf(name) !== undefined) return { exportName: name }
  report({
    path: [...path, 'Export'],
    message: `Template format error: Output ${path[1]} is malformed. The Name field of every Export member must be specified.`,
    advice: 'an Export needs a Name',
  })
  return {}
}
