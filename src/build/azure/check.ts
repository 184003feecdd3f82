import { displayKey, formatKey } from '../../api/reference.ts'
import { validateArmTemplate, type ArmProblem, type ParsedTemplate } from '../../template/arm/index.ts'
import { findMentions } from '../../template/bicep/mentions.ts'
import { flagField, type Flag } from '../flag.ts'
import type { BuiltObject } from '../manifest.ts'
import { formatField, type FieldPath, type Position } from '../problem.ts'
import { surroundingsOf } from '../../template/arm/surroundings-of.ts'
import type { Parameters } from './parameters.ts'
import { readParametersFile, type ParametersFile } from './parameters-file.ts'
import { isBicep, isBicepParam } from './paths.ts'

/** A file as it is written in git. */
export interface SourceText {
  path: string
  text: string
}

/** A deployment with everything that it is made of. */
export interface DeploymentParts {
  object: BuiltObject
  /** The ARM template: as written, or as compiled. */
  parsed: ParsedTemplate
  /** What is deployed: those of the file and of the manifest. */
  parameters: Parameters
  /** Those that the manifest gives itself. */
  inline: Parameters
  template: SourceText
  parametersFile?: SourceText
}

/** What ARM would refuse, told where a person can mend it. */
export function checkDeployment(parts: DeploymentParts): Flag[] {
  const { object, parsed, parameters } = parts
  const place = placer(parts)
  const found = [
    ...parsed.problems,
    ...(parsed.template === undefined
      ? []
      : validateArmTemplate({
          template: parsed.template,
          locate: parsed.locate,
          parameters,
          surroundings: surroundingsOf(object),
        })),
  ]
  return found.map((problem) => place(problem))
}

function placer(parts: DeploymentParts): (problem: ArmProblem) => Flag {
  const { object, template, parametersFile, inline, parsed } = parts
  const inlineNames = new Map(Object.keys(inline).map((name) => [name.toLowerCase(), name]))
  const inFile = parametersFile === undefined ? () => undefined : parameterPlaces(parametersFile)
  const inTemplate = isBicep(template.path) ? bicepPlaces(template.text) : undefined

  const inText = (file: string, { line, column }: Position, problem: ArmProblem, field?: string): Flag => {
    const key = formatKey(object)
    const about = { object: displayKey(key), ...(field === undefined || field === '' ? {} : { field }) }
    return {
      key,
      problem: { severity: problem.severity, file, line, column, ...about, message: problem.message },
    }
  }
  return (problem) => {
    const { path, severity, message, code } = problem
    // What is given nowhere is told where it would be given.
    if (code === 'MissingParameter' && path.length === 2) {
      return flagField(object, ['spec', ...path], message, severity)
    }
    if (problem.document === 'parameters') {
      const [name = ''] = path
      const written = inlineNames.get(String(name).toLowerCase())
      const file = written === undefined ? inFile(path) : undefined
      if (file !== undefined && parametersFile !== undefined) {
        return inText(parametersFile.path, file, problem, formatField(['parameters', name]))
      }
      const field = ['spec', 'parameters', ...(written === undefined ? [name] : [written, ...path.slice(1)])]
      return flagField(object, field, message, severity)
    }
    if (inTemplate !== undefined) return inText(template.path, inTemplate(path), problem)
    const { line, column } = problem
    const position = line === undefined || column === undefined ? parsed.locate(path) : { line, column }
    return inText(template.path, position, problem, formatField(path))
  }
}

/** Where a parameters file gives a parameter; undefined where it does not. */
function parameterPlaces({ path, text }: SourceText): (path: FieldPath) => Position | undefined {
  if (isBicepParam(path)) {
    const { parameters } = findMentions(text)
    return ([name]) => parameters.get(String(name))
  }
  const file: ParametersFile = readParametersFile(text)
  const names = new Map(Object.keys(file.parameters).map((name) => [name.toLowerCase(), name]))
  return ([name, ...rest]) => {
    const written = names.get(String(name).toLowerCase())
    return written === undefined ? undefined : file.locate([written, ...rest])
  }
}

/** Compiled code has no places of its own: a parameter is shown where it is declared, the rest at the top. */
function bicepPlaces(text: string): (path: FieldPath) => Position {
  const { parameters } = findMentions(text)
  return ([section, name]) =>
    (section === 'parameters' ? parameters.get(String(name)) : undefined) ?? { line: 1, column: 1 }
}
