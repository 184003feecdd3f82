import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/**
 * Node's http without its face as a module of ECMAScript: to make that face Node asks for every export, the browser's
 * WebSocket among them, for which it loads a second http client, some 25 ms in every cold process.
 */
export const leanNode: Plugin = {
  name: 'lean-node',
  setup(build) {
    const namespace = 'node-builtin'
    build.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: 'http', namespace },
    )
    build.onLoad({ filter: /^http$/, namespace }, () => ({
      contents: "module.exports = process.getBuiltinModule('node:http')",
    }))
  },
}

/**
 * The kinds without what their fields are for: the reference pages, the schemas for editors and people read that, a
 * function does not.
 */
export const leanKinds: Plugin = {
  name: 'lean-kinds',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]api[\\/]kinds[\\/][\w-]+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { contents: source.replaceAll(description, ''), loader: 'ts' }
    })
  },
}

/** A call of `describe` with one text. */
const description = /\s*\.describe\(\s*(['"`])(?:\\.|(?!\1)[^\\])*\1,?\s*\)/g
