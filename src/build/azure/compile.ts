import { canonicalJson } from '../../api/canonical-json.ts'
import { HeadwaterError } from '../../api/errors.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import { displayKey, formatKey } from '../../api/reference.ts'
import type {
  BicepAnswer,
  BicepCompiler,
  BicepDiagnostic,
  TreeReader,
} from '../../template/bicep/compiler.ts'
import { flagField, type Flag } from '../flag.ts'
import type { BuiltObject } from '../manifest.ts'
import { isBicep, isBicepParam, type Paths } from './paths.ts'

/** What of a deployment was compiled: nothing where all of it is JSON. */
export interface Compiled {
  /** Absent when it failed, or nothing had to be compiled. */
  answer?: BicepAnswer
  /** The compiler's identity, with an answer. */
  compiler?: string
  flags: Flag[]
}

/** What compiles. */
export interface CompilePorts {
  tree: TreeReader
  /** Absent: there is none to be had here. */
  bicep?: BicepCompiler
  /** Hosts of the registries that the source allows. */
  registries: readonly string[]
}

/** Compiles what of a deployment is Bicep; `answers` holds what was compiled in the same build. */
export async function compileDeployment(
  object: BuiltObject,
  paths: Paths,
  { answers, ...ports }: CompilePorts & { answers: Map<string, Promise<BicepAnswer>> },
): Promise<Compiled> {
  const { template, parametersFile = '' } = paths
  const file = isBicep(template) ? template : isBicepParam(parametersFile) ? parametersFile : undefined
  if (file === undefined) return { flags: [] }
  const field = ['spec', file === template ? 'template' : 'parametersFile']
  const found = await ports.bicep?.find()
  if (ports.bicep === undefined || found === undefined || found.type === 'missing') {
    const why =
      (found?.type === 'missing' ? found.message : undefined) ??
      'there is no Bicep compiler here; commit the compiled JSON and name that'
    return { flags: [flagField(object, field, `${file} must be compiled, but ${why}`)] }
  }
  const request = requestOf(object, paths, ports)
  const { tree: _same, ...identity } = request
  const key = canonicalJson(identity)
  const compiling = answers.get(key) ?? ports.bicep.compile(request)
  answers.set(key, compiling)
  try {
    const answer = await compiling
    const flags = answer.diagnostics.map((diagnostic) => flagDiagnostic(object, diagnostic))
    const isBroken = flags.some(({ problem }) => problem.severity === 'error')
    return isBroken ? { flags } : { answer, compiler: found.identity, flags }
  } catch (error) {
    if (!(error instanceof HeadwaterError) || error.class !== 'stalled') throw error
    return { flags: [flagField(object, field, error.message)] }
  }
}

function requestOf(object: BuiltObject, { template, parametersFile }: Paths, ports: CompilePorts) {
  const { bicep, parameters } = object.spec as AzureDeploymentSpec
  const { registries, tree } = ports
  const parts =
    parametersFile === undefined || !isBicepParam(parametersFile)
      ? { environment: {} }
      : { parametersFile, environment: bicep.environment, givenElsewhere: Object.keys(parameters).toSorted() }
  return { template, ...parts, registries, tree }
}

function flagDiagnostic(object: BuiltObject, diagnostic: BicepDiagnostic): Flag {
  const { file, line, column, severity, code, message } = diagnostic
  const key = formatKey(object)
  const told = code === undefined ? message : `${code}: ${message}`
  return { key, problem: { severity, file, line, column, object: displayKey(key), message: told } }
}
