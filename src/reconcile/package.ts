import pLimit from 'p-limit'
import type { ObjectRecord, PackagedInputs } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { parseRevision } from '../api/revision.ts'
import { build, formatProblem } from '../build/index.ts'
import type { BuiltObject, ObjectInputs } from '../build/index.ts'
import type { KustomizationSpec } from '../api/kinds/kustomization.ts'
import type { Stored } from '../store/store.ts'
import type { ObjectShelf, ReadOptions, SkippedEntry, Source } from '../source/source.ts'
import type { AnyTarget } from '../target/target.ts'
import type { Declaration } from './declare.ts'
import { maxSkipped } from './skipped.ts'
import type { ControllerPorts } from './ports.ts'

/** How many objects' bodies are stored at once: a thousand of them one by one outlast a lease. */
const bodiesAtOnce = 16

/** What a revision declares below one path, checked and ready to be written down. */
export interface Package {
  declarations: Declaration[]
  /** What is wrong, a line each; the objects concerned, and those that depend on them, are left out of the declarations. */
  errors: string[]
  /** Whether the path exists at all in the revision. */
  hasPath: boolean
  /** What lies at or below the path and was passed over; no more than `maxSkipped`. */
  skipped: readonly SkippedEntry[]
}

interface PackageOptions {
  /** All records, by key, as read a moment ago. */
  known: ReadonlyMap<string, Stored>
  /** Store every body anew, whether it is thought to be there or not. */
  repack: boolean
  kustomization: ObjectRecord
  source: Source
  /** What was read before, and where what is read now is kept. */
  shelf: ObjectShelf
  sourceKey: string
  revision: string
  commit: string
  /** Hosts of the registries that the source lets Bicep fetch modules from. */
  registries: readonly string[]
  /** What the source leaves out of what is read. */
  ignore: string | undefined
}

/** Reads a path of a revision, builds its objects and packages what each needs from git into blob. */
export async function packageObjects(ports: ControllerPorts, options: PackageOptions): Promise<Package> {
  const { kustomization, source, shelf, commit, sourceKey, known, repack, registries } = options
  const spec = kustomization.spec as KustomizationSpec
  const path = normalise(spec.path)
  const skipped = new Map<string, SkippedEntry>()
  const reading: ReadOptions = {
    shelf,
    pointer: parseRevision(options.revision)?.pointer,
    ...(options.ignore === undefined ? {} : { ignore: options.ignore }),
    onSkipped: (entry) => void (skipped.size < maxSkipped && skipped.set(entry.path, entry)),
  }
  const manifests = await source.files(commit, [path], reading)
  const passedOver = [...skipped.values()]
  if (manifests.length === 0) return { declarations: [], errors: [], hasPath: false, skipped: passedOver }

  const targets = new Map<string, AnyTarget>()
  const result = await build(manifests, {
    path,
    source: sourceKey,
    ...(spec.targetNamespace === undefined ? {} : { targetNamespace: spec.targetNamespace }),
    readFiles: (paths) => source.files(commit, paths, reading),
    isIgnored: (file) => skipped.get(file)?.what === 'ignored',
    async claimOf(object) {
      const target = await ports.target(object.kind)
      if (target !== undefined) targets.set(object.kind, target)
      return target?.claim(object)
    },
    ...(ports.facts === undefined ? {} : { facts: await ports.facts() }),
    ...(ports.bicep === undefined ? {} : { bicep: await ports.bicep() }),
    registries,
    packaged: (object) => (repack ? undefined : known.get(keyOf(object))?.record.inputs),
  })

  const limit = pLimit(bodiesAtOnce)
  const declare = async (object: BuiltObject): Promise<Declaration> => {
    const target = targets.get(object.kind)
    const made = result.inputs.get(keyOf(object))
    const inputs =
      target === undefined || made === undefined
        ? undefined
        : await packageInputs(ports, { ...options, object, target, made })
    return {
      kind: object.kind,
      namespace: object.namespace,
      name: object.name,
      spec: object.spec,
      owner: keyOf(kustomization),
      origin: object.origin,
      ...(object.labels === undefined ? {} : { labels: object.labels }),
      ...(inputs === undefined ? {} : { inputs }),
    }
  }
  const wanted = result.objects.filter((object) => !result.withheld.has(keyOf(object)))
  const declarations = await Promise.all(wanted.map((object) => limit(() => declare(object))))
  const errors = result.problems.filter(({ severity }) => severity === 'error').map(formatProblem)
  return { declarations, errors, hasPath: true, skipped: passedOver }
}

interface InputOptions extends PackageOptions {
  object: BuiltObject
  target: AnyTarget
  made: ObjectInputs
}

async function packageInputs(ports: ControllerPorts, options: InputOptions): Promise<PackagedInputs> {
  const { object, target, revision, known, repack, made } = options
  const { bodies, ...inputs } = made
  const before = known.get(keyOf(object))?.record.inputs?.files
  for (const [role, { sha256 }] of Object.entries(inputs.files)) {
    const body = bodies.get(sha256)
    if (body !== undefined && (repack || before?.[role]?.sha256 !== sha256)) await ports.blobs.put(body)
  }
  return { revision, ...inputs, digest: target.digest(object.spec, inputs.files) }
}

/** `./clusters/prod/` → `clusters/prod`; the root is the empty path. */
function normalise(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}
