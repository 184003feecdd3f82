import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin, PluginBuild } from 'esbuild'

/** Modules that a Lambda function never runs. Who reaches one after all gets an error that names it. */
const unusedModules = [
  'bowser',
  '@aws-sdk/token-providers',
  // Of pino: threads, its own writer, redaction; our logger writes allowed fields to standard output.
  'thread-stream',
  'sonic-boom',
  'on-exit-leak-free',
  '@pinojs/redact',
  // What reads repositories on the same machine: a function has none.
  'isomorphic-git',
]

/** The same for files of packages: pino's transports, zod's JSON Schema (the reference docs need it), writing YAML. */
const unusedFiles = [
  /[\\/]yaml[\\/].*[\\/]stringify[\\/](stringifyDocument|foldFlowLines)\.js$/,
  /[\\/]pino[\\/]lib[\\/](transport|multistream)\.js$/,
  /[\\/]zod[\\/]v4[\\/](core[\\/](to-json-schema|json-schema-processors|json-schema-generator)|classic[\\/]from-json-schema)\.js$/,
]

/** What an unused module is replaced by: it loads, and throws when it is used. */
function absent(name: string): string {
  const message = JSON.stringify(`${name} is not part of this bundle`)
  return `module.exports = new Proxy(function () {}, {
    get(target, key) {
      if (key === '__esModule') return true
      if (typeof key === 'symbol' || key === 'prototype') return target[key]
      return function () { throw new Error(${message}) }
    },
  })`
}

/** The same for a file, which must keep the names of its exports when it is an ES module. */
export function absentFile(name: string, source: string): string {
  const declared = [...source.matchAll(/^export (?:async )?(?:function|const|var|class) (\w+)/gm)]
  const listed = [...source.matchAll(/^export \{([^}]*)\};?$/gm)].flatMap(([, names = '']) =>
    names.split(','),
  )
  const exported = [
    ...declared.map(([, export_ = '']) => export_),
    ...listed.map((export_) => export_.trim().split(' ').at(-1) ?? ''),
  ]
  if (exported.length === 0) return absent(name)
  const message = JSON.stringify(`${name} is not part of this bundle`)
  return exported
    .filter((export_) => export_ !== '')
    .map((export_) => `export function ${export_}() { throw new Error(${message}) }`)
    .join('\n')
}

/** Where else an SDK looks for credentials: a function has them in its environment, and other roles are assumed by STS alone. */
const otherCredentials =
  /^(@aws-sdk\/credential-provider-(http|ini|login|process|sso|web-identity|cognito-identity)|@smithy\/credential-provider-imds)$/

/** Every provider says that it has none, so that the SDK's chain ends in its own words. */
const noCredentials = `const none = () => async () => {
  const error = new Error('there are none in the environment')
  throw Object.assign(error, { name: 'CredentialsProviderError', tryNextLink: true })
}
export { none as fromHttp, none as fromIni, none as fromProcess, none as fromSSO, none as fromTokenFile }
export { none as fromContainerMetadata, none as fromInstanceMetadata }
export const ENV_CMDS_FULL_URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
export const ENV_CMDS_RELATIVE_URI = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'`

/** ES modules in place of what the packages give to Node as CommonJS: only those can be bundled in part. */
const aliases: Readonly<Record<string, string>> = {
  yaml: installed('yaml/browser/index.js'),
}

function installed(path: string): string {
  return fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))
}

/**
 * Smaller things that do the same here: Node's own JSON and Map, as what is logged is a flat list of plain
 * values and DynamoDB's endpoints are not discovered but known; no event streams; and of semver what choosing a tag needs.
 */
const replacements: Readonly<Record<string, string>> = {
  '@smithy/core/event-streams': `export const resolveEventStreamSerdeConfig = (config) => config
export const eventStreamSerdeProvider = () => undefined
export class EventStreamSerde { constructor() { throw new Error('event streams are not part of this bundle') } }`,
  'mnemonist/lru-cache': `export default class extends Map { constructor() { super() } peek(key) { return this.get(key) } }`,
  'pino-std-serializers': `const same = (value) => value
module.exports = { err: same, errWithCause: same, req: same, res: same, mapHttpRequest: same, mapHttpResponse: same }`,
  semver: `import compareBuild from 'semver/functions/compare-build.js'
import parse from 'semver/functions/parse.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'
export default new Proxy({ compareBuild, parse, satisfies, validRange }, {
  get(known, name) {
    if (name in known) return known[name]
    throw new Error('semver.' + String(name) + ' is not part of this bundle')
  },
})`,
  'safe-stable-stringify': `module.exports = (value) => JSON.stringify(value)
module.exports.configure = () => module.exports`,
}

/** The shapes of a client's requests, answers and errors: one list of constants a client, hundreds of KB in source. */
const clientSchemas = /[\\/]@aws-sdk[\\/].+[\\/]schemas[\\/]schemas_0\.js$/

/**
 * Modelled errors are told by their name, and without its class an error still has name, message and status; SSM's
 * classes and shapes are 60 KB for one call. Kept is the one that carries an item.
 */
const errorClass = /^n0_registry\.registerError\((?!ConditionalCheckFailedException)\w+\$, \w+\);$/gm

/** Of a client's package.json only the version is read, for the user agent. */
const clientFacts = /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/

/** An esbuild plugin that leaves out what no Lambda function runs. */
export const leanAws: Plugin = {
  name: 'lean-aws',
  setup(build) {
    leaveOut(build)
    replace(build)
    slimClients(build)
  },
}

function leaveOut(build: PluginBuild): void {
  const names = new RegExp(`^(${unusedModules.join('|')})$`)
  build.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'absent' }))
  build.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({ contents: absent(path) }))
  build.onResolve({ filter: otherCredentials }, () => ({ path: 'credentials', namespace: 'no-credentials' }))
  build.onLoad({ filter: /.*/, namespace: 'no-credentials' }, () => ({ contents: noCredentials }))
  for (const filter of unusedFiles) {
    build.onLoad({ filter }, async ({ path }) => ({
      contents: absentFile(basename(path), await readFile(path, 'utf8')),
    }))
  }
}

function replace(build: PluginBuild): void {
  build.onResolve({ filter: exactly(Object.keys(aliases)) }, ({ path }) => ({ path: aliases[path] ?? path }))
  build.onResolve({ filter: exactly(Object.keys(replacements)) }, ({ path, resolveDir }) => ({
    path,
    namespace: 'replaced',
    pluginData: resolveDir,
  }))
  build.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path, pluginData }) => ({
    contents: replacements[path] ?? '',
    resolveDir: String(pluginData),
  }))
}

function exactly(names: readonly string[]): RegExp {
  return new RegExp(`^(${names.map((name) => name.replaceAll('.', String.raw`\.`)).join('|')})$`)
}

function slimClients(build: PluginBuild): void {
  build.onLoad({ filter: clientSchemas }, async ({ path }) => {
    const source = withPureSchemas(await readFile(path, 'utf8'))
    return { contents: source.replaceAll(errorClass, '') }
  })
  build.onLoad({ filter: clientFacts }, async ({ path }) => {
    const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string }
    return { contents: JSON.stringify({ version }), loader: 'json' }
  })
}

/**
 * Tells the bundler that making a schema has no effect, so that the schemas nobody uses are left out: their computed
 * keys (`{ [_hQ]: _vI }`) keep it from seeing that by itself. The meaning stays the same.
 */
function withPureSchemas(source: string): string {
  return source.replaceAll(
    /^(export )?var (\w+\$?) = (\[[^;]*?^\]|\[[^;\n]*\]);$/gm,
    (_all, exported: string | undefined, name: string, value: string) =>
      `${exported ?? ''}var ${name} = /* @__PURE__ */ (() => (${value}))();`,
  )
}

/** An esbuild plugin that leaves out the drivers for another cloud's storage. Who names one in a setting is told so. */
export function withoutDrivers(cloud: string, files: RegExp): Plugin {
  return {
    name: `without-drivers-${cloud}`,
    setup(build) {
      build.onLoad({ filter: files }, async ({ path }) => {
        const driver = `${basename(path, '.ts')}, in the functions for ${cloud},`
        return { contents: absentFile(driver, await readFile(path, 'utf8')) }
      })
    },
  }
}
