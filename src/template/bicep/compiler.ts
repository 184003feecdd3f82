import type { GivenParameter } from '../arm/index.ts'
import type { Place } from './mentions.ts'

/** What the compiler, or we before it, have against a file. */
export interface BicepDiagnostic extends Place {
  /** From the root of the tree. */
  file: string
  severity: 'error' | 'warning'
  /** Bicep's own, `BCP033`, or the name of a linter rule; absent for what is ours. */
  code?: string
  message: string
}

/** Files of one revision, read by path; links are never followed, what is not there is left out. */
export interface TreeReader {
  read(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>
  /** Every file below a folder, by path from the root. */
  list(folder: string): Promise<ReadonlyMap<string, Uint8Array>>
}

/** One template to compile, with its parameters file if that is Bicep too. Paths are from the root of the tree. */
export interface BicepRequest {
  /** `.bicep`, or ARM JSON when only `parametersFile` is to be compiled. */
  template: string
  /** `.bicepparam`. */
  parametersFile?: string
  /** Names of parameters that are given elsewhere: `parametersFile` need not. They have no value of use in the answer. */
  givenElsewhere?: readonly string[]
  /** What `readEnvironmentVariable` sees. */
  environment: Readonly<Record<string, string>>
  /** Hosts of the registries that modules may come from. */
  registries: readonly string[]
  tree: TreeReader
}

/** What came of a request. With an error among the diagnostics there is neither template nor parameters. */
export interface BicepAnswer {
  /** ARM JSON, when the template is Bicep. */
  template?: string
  /** The parameters file as ARM's own JSON. */
  parameters?: string
  diagnostics: BicepDiagnostic[]
  /** Everything that was read, as `PackagedInputs.reads` keeps it. */
  reads: Record<string, string>
}

/** Where a deployment is imagined to happen, for a snapshot. */
export interface SnapshotPlace {
  tenantId?: string
  subscriptionId?: string
  resourceGroup?: string
  location?: string
  deploymentName?: string
}

/** A packaged template, as `inputs.files` holds it, to be worked out. */
export interface SnapshotRequest {
  /** ARM JSON. */
  template: string
  parameters: Readonly<Record<string, GivenParameter>>
  place: SnapshotPlace
}

/** What a template would create, as far as that is known without Azure. */
export interface Snapshot {
  /** As ARM would get them, with `id`; what only Azure knows stands as `[reference(…)]`. */
  resources: Record<string, unknown>[]
  outputs: Record<string, unknown>
  diagnostics: string[]
}

/** The compiler's whereabouts. */
export type CompilerFound =
  /** `identity` changes when the program does; it costs no start. */
  { type: 'found'; path: string; identity: string } | { type: 'missing'; message: string }

/**
 * The Bicep compiler. Errors are HeadwaterErrors: `BicepMissing`, `BicepTimeout`, `BicepOutputTooLarge`,
 * `BicepMemoryExceeded`, `BicepCrashed` and `BicepFailed`, all `stalled`: the object waits for another commit, or for a
 * person.
 */
export interface BicepCompiler {
  find(): Promise<CompilerFound>
  /** `0.49.2`. */
  version(): Promise<string>
  compile(request: BicepRequest): Promise<BicepAnswer>
  /** Works out a template without Azure, by Microsoft's own engine. */
  snapshot(request: SnapshotRequest): Promise<Snapshot>
  /** Ends its processes; it may be used again. */
  close(): Promise<void>
}
