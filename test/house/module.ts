import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { parseSync, Visitor, type Span } from 'oxc-parser'

/** Something that a module does, and where. */
export interface Mention {
  name: string
  line: number
}

/** What the house's rules look at in one source file. */
export interface Module {
  /** From the root of the project, `/` between parts. */
  path: string
  /**
   * What it imports, types and dynamic imports included: files from the root of the project, packages and node's own
   * modules by their names. A dynamic import of what is not written there is `?`.
   */
  imports: Mention[]
  /** Uses of time, chance, timers and the process that only a composition root may touch. */
  ambient: Mention[]
}

/** Reads every TypeScript module below folders of a project, tests left out. */
export async function readModules(root: string, folders: readonly string[]): Promise<Module[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(path.join(root, folder), { recursive: true }).catch(() => [])
      return names.map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    }),
  )
  const sources = lists.flat().filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  return Promise.all(
    sources.toSorted().map(async (name) => parseModule(name, await readFile(path.join(root, name), 'utf8'))),
  )
}

/** Reads one module from its text. Throws on what does not parse: a rule that cannot look must not pass. */
export function parseModule(file: string, text: string): Module {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const module: Module = { path: file, imports: [], ambient: [] }
  const lineOf = ({ start }: Span): number => text.slice(0, start).split('\n').length
  const addImport = (node: Span, source: unknown): void => {
    const name = isLiteral(source) ? resolve(file, source.value) : '?'
    module.imports.push({ name, line: lineOf(node) })
  }
  const addAmbient = (node: Span, name: string): void => {
    module.ambient.push({ name, line: lineOf(node) })
  }
  new Visitor({
    ImportDeclaration(node) {
      addImport(node, node.source)
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier') continue
        const name = `${node.source.value}#${specifier.imported.name}`
        if (ambientImports.has(name)) addAmbient(specifier, name)
      }
      if (ambientModules.has(node.source.value)) addAmbient(node, node.source.value)
    },
    ExportAllDeclaration: (node) => addImport(node, node.source),
    ExportNamedDeclaration(node) {
      if (node.source) addImport(node, node.source)
    },
    ImportExpression: (node) => addImport(node, node.source),
    TSImportType: (node) => addImport(node, node.source),
    TSExternalModuleReference: (node) => addImport(node, node.expression),
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && ambientCalls.has(node.callee.name)) {
        addAmbient(node, node.callee.name)
      }
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') {
        addImport(node, node.arguments[0])
      }
    },
    NewExpression(node) {
      const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date'
      if (isDate && node.arguments.length === 0) addAmbient(node, 'new Date()')
    },
    MemberExpression(node) {
      const { object, property } = node
      if (object.type !== 'Identifier') return
      const name = property.type === 'Identifier' ? property.name : isLiteral(property) ? property.value : '?'
      if (ambientMembers.has(`${object.name}.${name}`)) addAmbient(node, `${object.name}.${name}`)
    },
    VariableDeclarator(node) {
      // const { env } = process
      if (node.init?.type === 'Identifier' && node.init.name === 'process') addAmbient(node, 'process')
    },
  }).visit(program)
  return module
}

const ambientCalls = new Set(['setTimeout', 'setInterval', 'setImmediate'])
const ambientMembers = new Set([
  'Date.now',
  'Math.random',
  'process.env',
  'process.hrtime',
  'performance.now',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.getRandomValues',
  'AbortSignal.timeout',
  'globalThis.setTimeout',
  'globalThis.setInterval',
  'globalThis.process',
])
const ambientModules = new Set(['node:timers', 'node:timers/promises', 'node:process'])
const ambientImports = new Set(['node:crypto#randomUUID', 'node:crypto#randomBytes', 'node:crypto#randomInt'])

function isLiteral(node: unknown): node is { value: string } {
  return (
    typeof node === 'object' &&
    node !== null &&
    'type' in node &&
    node.type === 'Literal' &&
    'value' in node &&
    typeof node.value === 'string'
  )
}

/** A relative import as a path from the root of the project; anything else as it is written. */
function resolve(file: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier
}
