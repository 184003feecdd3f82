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
