import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { PackagedInputs } from '../../api/record.ts'
import { displayKey, formatKey } from '../../api/reference.ts'
import { parseArmTemplate } from '../../template/arm/index.ts'
import type { BicepAnswer } from '../../template/bicep/compiler.ts'
import type { Flag } from '../flag.ts'
import { inputsOf, type ObjectInputs } from '../inputs.ts'
import type { BuiltObject } from '../manifest.ts'
import { checkDeployment, type SourceText } from './check.ts'
import { compileDeployment, type Compiled, type CompilePorts } from './compile.ts'
import { keepInputs, recipeOf } from './keep.ts'
import { inlineParameters, mergeParameters, parametersBody } from './parameters.ts'
import { readParametersFile } from './parameters-file.ts'
import { pathsOf } from './paths.ts'
import { templateBody } from './template-body.ts'

/** What deployments are prepared with. */
export interface DeploymentPorts extends CompilePorts {
  /** What was packaged of an object before, if it may be kept. */
  packaged?(object: BuiltObject): PackagedInputs | undefined
}

/** What a deployment is packaged as, and all that is wrong with it. */
export interface PreparedDeployment {
  /** Absent when something keeps it from being packaged. */
  inputs?: ObjectInputs
  flags: Flag[]
}

/**
 * Prepares deployments: compiles, resolves parameters, checks. Objects whose files, settings and compiler are what they
 * were keep what was packaged; what several objects use is compiled once.
 */
export async function prepareDeployments(
  objects: readonly BuiltObject[],
  ports: DeploymentPorts,
): Promise<Map<BuiltObject, PreparedDeployment>> {
  // One look at the source for all that was read before, instead of one for each.
  const reads = objects.flatMap((object) => Object.keys(ports.packaged?.(object)?.reads ?? {}))
  await ports.tree.read(reads.filter((path) => !path.endsWith('/')))
  const answers = new Map<string, Promise<BicepAnswer>>()
  const prepared = new Map<BuiltObject, PreparedDeployment>()
  for (const object of objects) prepared.set(object, await prepare(object, { ...ports, answers }))
  return prepared
}

async function prepare(
  object: BuiltObject,
  ports: DeploymentPorts & { answers: Map<string, Promise<BicepAnswer>> },
): Promise<PreparedDeployment> {
  const paths = pathsOf(object)
  if (paths === undefined) return { flags: [] }
  const kept = await keepInputs(object, ports.packaged?.(object), ports)
  if (kept !== undefined) return { inputs: kept, flags: [] }
  const files = await ports.tree.read(Object.values(paths))
  // What is not there was told already.
  if (files.size < Object.keys(paths).length) return { flags: [] }
  const compiled = await compileDeployment(object, paths, ports)
  if (compiled.flags.some(isError)) return { flags: compiled.flags }
  const textOf = (path: string): SourceText => ({ path, text: new TextDecoder().decode(files.get(path)) })
  return assemble(object, {
    compiled,
    registries: ports.registries,
    template: textOf(paths.template),
    ...(paths.parametersFile === undefined ? {} : { parametersFile: textOf(paths.parametersFile) }),
  })
}

function assemble(
  object: BuiltObject,
  {
    compiled: { answer, compiler, flags: told },
    registries,
    template,
    parametersFile,
  }: { compiled: Compiled; registries: readonly string[]; template: SourceText; parametersFile?: SourceText },
): PreparedDeployment {
  const parsed = parseArmTemplate(answer?.template ?? template.text)
  const file = parametersFile && readParametersFile(answer?.parameters ?? parametersFile.text)
  const inline = inlineParameters(object.spec as AzureDeploymentSpec)
  const parameters = mergeParameters(file?.parameters ?? {}, inline)
  const flags = [
    ...told,
    ...(file?.problems ?? []).map(({ message, ...place }) =>
      // Places in what was compiled are none of the file's own.
      flagFile(object, parametersFile?.path ?? '', {
        message,
        ...(answer?.parameters === undefined ? place : { line: 1, column: 1 }),
      }),
    ),
    ...checkDeployment({
      object,
      parsed,
      parameters,
      inline,
      template,
      ...(parametersFile === undefined ? {} : { parametersFile }),
    }),
  ]
  if (parsed.template === undefined || flags.some(isError)) return { flags }
  const inputs = inputsOf([
    { role: 'template', path: template.path, body: templateBody(parsed.template) },
    {
      role: 'parameters',
      path: parametersFile?.path ?? object.origin.file,
      body: parametersBody(parameters),
    },
  ])
  if (answer === undefined || compiler === undefined) return { inputs, flags }
  return { inputs: { ...inputs, reads: answer.reads, recipe: recipeOf(object, registries), compiler }, flags }
}

function flagFile(
  object: BuiltObject,
  file: string,
  { line, column, message }: { line: number; column: number; message: string },
): Flag {
  const key = formatKey(object)
  return { key, problem: { severity: 'error', file, line, column, object: displayKey(key), message } }
}

function isError({ problem }: Flag): boolean {
  return problem.severity === 'error'
}
