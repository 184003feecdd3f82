import type { Module } from './module.ts'

/** One breach of a rule, as the failing test shows it. */
export type Breach = string

/** Rooms that a room may import from besides itself; the composition rooms may import anything. */
const mayImport: Record<string, readonly string[]> = {
  api: [],
  template: ['api'],
  build: ['api', 'template'],
  sandbox: ['api', 'template'],
  target: ['api', 'template'],
  source: ['api'],
  store: ['api'],
  blob: ['api'],
  queue: ['api'],
  secret: ['api'],
  notify: ['api'],
  web: ['api'],
  reconcile: ['api', 'build'],
  receive: ['api', 'reconcile'],
}
const compositionRooms = new Set(['compose', 'cli', 'functions'])
/** What of another room the reconcile loop may know: its interface, never a driver. */
const interfaces = new Set(
  ['source', 'target', 'store', 'blob', 'queue', 'secret'].map((room) => `src/${room}/${room}.ts`),
)

/** Who may import whom. Nobody imports `cli` or `functions`. */
export function checkImports(modules: readonly Module[]): Breach[] {
  return modules.flatMap(({ path, imports }) => {
    const from = roomOf(path)
    return imports.flatMap(({ name, line }) => {
      if (name === '?') return [`${path}:${line} imports what only shows when it runs`]
      const to = roomOf(name)
      if (to === undefined || from === undefined || to === from) return []
      return isAllowed(from, to, name) ? [] : [`${path}:${line} imports ${name}: ${from} may not know ${to}`]
    })
  })
}

function isAllowed(from: string, to: string, file: string): boolean {
  if (to === 'cli' || to === 'functions') return false
  if (compositionRooms.has(from)) return true
  if (from === 'reconcile' && interfaces.has(file)) return true
  return mayImport[from]?.includes(to) === true
}

/** Every room of the source tree is known to the rule above: a new one must be given its place. */
export function checkRooms(modules: readonly Module[]): Breach[] {
  const rooms = new Set(modules.map(({ path }) => roomOf(path) ?? path))
  return [...rooms].filter((room) => mayImport[room] === undefined && !compositionRooms.has(room))
}

/** Only these know time, chance and the environment; everybody else is given them. */
const compositionRoots = [
  /^src\/cli\//,
  /^functions\//,
  /^src\/compose\/system\.ts$/,
  // How long own code keeps the process busy: nothing that a virtual clock could tell.
  /^src\/source\/stopwatch\.ts$/,
]

/** Time, chance, timers and the environment come in as parameters everywhere below a composition root. */
export function checkAmbient(modules: readonly Module[]): Breach[] {
  return modules.flatMap(({ path, ambient }) =>
    compositionRoots.some((root) => root.test(path))
      ? []
      : ambient.map(({ name, line }) => `${path}:${line} uses ${name}: take it as a parameter`),
  )
}

/** Modules without effects: what they import of node must have none either. */
const pure = [/^src\/(api|build|template)\//, /(^|\/)decide[^/]*\.ts$/]
// `node:vm` gives foreign patterns an end; what it runs sees nothing of the process.
const pureNodeModules = new Set([
  'node:crypto',
  'node:util',
  'node:path',
  'node:url',
  'node:buffer',
  'node:vm',
])

/** `api`, `build`, `template` and every `decide` import nothing of node that reaches out. */
export function checkPurity(modules: readonly Module[]): Breach[] {
  return modules.flatMap(({ path, imports }) =>
    pure.some((pattern) => pattern.test(path))
      ? imports.flatMap(({ name, line }) =>
          name.startsWith('node:') && !pureNodeModules.has(name) ? [`${path}:${line} imports ${name}`] : [],
        )
      : [],
  )
}

/** Which files may import a library; one that is not listed may be imported nowhere. */
export type LibraryRule = readonly [library: RegExp, files: RegExp]

/** Each library only in the driver, or the room, that needs it. */
export function checkLibraries(modules: readonly Module[], rules: readonly LibraryRule[]): Breach[] {
  return modules.flatMap(({ path, imports }) =>
    imports.flatMap(({ name, line }) => {
      if (name === '?' || name.startsWith('node:') || /^(src|functions|test|scripts|bench)\//.test(name))
        return []
      const isAllowed = rules.some(([library, files]) => library.test(name) && files.test(path))
      return isAllowed ? [] : [`${path}:${line} imports ${name}`]
    }),
  )
}

/** The room a file lies in: the folder below `src`, or `functions`. */
function roomOf(path: string): string | undefined {
  if (path.startsWith('functions/')) return 'functions'
  return /^src\/([^/]+)\//.exec(path)?.[1]
}
