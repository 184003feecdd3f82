import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

/**
 * Parts of the AWS SDK that a Lambda function never runs: its credentials come from the environment, roles are assumed by
 * STS alone, nothing streams events, there is no browser. Who reaches one after all gets an error that names it.
 */
const unusedModules = [
  'bowser',
  'thread-stream',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/credential-provider-cognito-identity',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
  '@smithy/core/event-streams',
]

/** zod's conversion to and from JSON Schema: the reference docs need it, a function does not. */
const unusedZod =
  /[\\/]zod[\\/]v4[\\/](core[\\/](to-json-schema|json-schema-processors|json-schema-generator)|classic[\\/]from-json-schema)\.js$/

/** The shapes of a client's requests, answers and errors: one list of constants a client, hundreds of KB in source. */
const clientSchemas = /[\\/]@aws-sdk[\\/].+[\\/]schemas[\\/]schemas_0\.js$/

/**
 * Clients whose modelled errors are told by their name alone: without its class an error still has name, message and
 * status, and SSM's classes are 60 KB for one call. DynamoDB's stay: a failed condition carries the item.
 */
const clientsWithoutErrors = /[\\/]client-(ssm|cloudformation|sqs|secrets-manager)[\\/]/

/** What an unused module is replaced by: it loads, and throws when it is used. */
function absent(name: string): string {
  const message = JSON.stringify(`${name} is not part of this bundle`)
  return `module.exports = new Proxy(function () {}, {
    get: (_target, key) => (key === '__esModule' ? true : () => { throw new Error(${message}) }),
  })`
}

/** ES modules in place of what the packages give to Node as CommonJS: only those can be bundled in part. */
const aliases: Readonly<Record<string, string>> = {
  'isomorphic-git': installed('isomorphic-git/index.js'),
  yaml: installed('yaml/browser/index.js'),
}

function installed(path: string): string {
  return fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))
}

/** isomorphic-git's own zlib and SHA-1, by Node's where that does the same. */
const replacements: Readonly<Record<string, string>> = {
  'sha.js/sha1.js': `import { createHash } from 'node:crypto'
export default function Sha1() { return createHash('sha1') }`,
  pako: `import { deflateSync, inflateSync } from 'node:zlib'
import { Inflate } from 'pako/lib/inflate.js'
export default { Inflate, deflate: (bytes) => deflateSync(bytes), inflate: (bytes) => inflateSync(bytes) }`,
}

/** An esbuild plugin that leaves out what no Lambda function runs. */
export const leanAws: Plugin = {
  name: 'lean-aws',
  setup(build) {
    const unused = new RegExp(`^(${unusedModules.join('|')})$`)
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'absent' }))
    build.onLoad({ filter: /.*/, namespace: 'absent' }, ({ path }) => ({
      contents: absent(path),
      loader: 'js',
    }))
    build.onLoad({ filter: unusedZod }, () => ({
      contents: absent("zod's JSON Schema conversion"),
      loader: 'js',
    }))
    build.onResolve({ filter: /^(isomorphic-git|yaml)$/ }, ({ path }) => ({ path: aliases[path] ?? path }))
    build.onResolve({ filter: /^(sha\.js\/sha1\.js|pako)$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: 'replaced',
      pluginData: resolveDir,
    }))
    build.onLoad({ filter: /.*/, namespace: 'replaced' }, ({ path, pluginData }) => ({
      contents: replacements[path] ?? '',
      loader: 'js',
      resolveDir: String(pluginData),
    }))
    build.onLoad({ filter: clientSchemas }, async ({ path }) => {
      const source = withPureSchemas(await readFile(path, 'utf8'))
      return {
        contents: clientsWithoutErrors.test(path) ? withoutErrorClasses(source) : source,
        loader: 'js',
      }
    })
  },
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

function withoutErrorClasses(source: string): string {
  return source.replaceAll(/^n0_registry\.registerError\(\w+\$, \w+\);$/gm, '')
}
