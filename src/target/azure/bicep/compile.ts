import { realpath } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { stalled } from '../../../api/errors.ts'
import type { BicepAnswer, BicepDiagnostic, BicepRequest } from '../../../template/bicep/compiler.ts'
import type { BicepChild } from './child.ts'
import type { Children } from './children.ts'
import { gather, type Closure } from './closure.ts'
import type { Tree, Workplace } from './layout.ts'
import type { BicepLimits } from './limits.ts'

/** What a compile works with. */
export interface CompilePorts {
  children: Children
  workplace(): Promise<Workplace>
  limits: BicepLimits
}

const diagnosticSchema = z.object({
  source: z.string(),
  range: z.object({ start: z.object({ line: z.int(), char: z.int() }) }),
  level: z.string(),
  code: z.string(),
  message: z.string(),
})
const referencesSchema = z.object({ filePaths: z.array(z.string()) })
const compiledSchema = z.object({
  success: z.boolean(),
  diagnostics: z.array(diagnosticSchema),
  contents: z.string().nullish(),
})
const compiledParametersSchema = z.object({
  success: z.boolean(),
  diagnostics: z.array(diagnosticSchema),
  parameters: z.string().nullish(),
  template: z.string().nullish(),
})

/** What a person can do about a diagnostic that only makes sense here. */
const adviceFor: Readonly<Record<string, string>> = {
  BCP192: '; keep a copy of the module in the repository, or commit the compiled JSON',
  BCP427: '; name it in spec.bicep.environment',
}

/** How often the compiler may name files that its text alone did not tell of. */
const maxRounds = 8

/**
 * Compiles a template and its parameters file. First all they refer to is gathered from the tree and checked, then the
 * compiler is asked what it would read, and only when that lies inside the tree it compiles.
 */
export async function compile(request: BicepRequest, ports: CompilePorts): Promise<BicepAnswer> {
  const closure = await gather(request, ports.limits)
  const refuse = (diagnostics: BicepDiagnostic[]): BicepAnswer => ({ diagnostics, reads: closure.reads() })
  const found = [...closure.problems(), ...usingProblems(request, closure)]
  if (found.length > 0) return refuse(found)
  const settings = {
    environment: request.parametersFile === undefined ? {} : request.environment,
    registries: closure.needsNetwork() ? request.registries : [],
  }
  const workplace = await ports.workplace()
  return ports.children.use(settings, async (child) => {
    for (let round = 0; round < maxRounds; round += 1) {
      const tree = await workplace.layOut(withGiven(request, closure))
      try {
        const { outside, inside } = await references(child, tree, { request, closure })
        const place = closure.unclear() ?? { file: request.template, line: 1, column: 1 }
        if (outside.length > 0) return refuse(outside.map((name) => outsideProblem(name, place)))
        if (await closure.add(inside)) {
          const problems = closure.problems()
          if (problems.length > 0) return refuse(problems)
          continue
        }
        const compiled = await compileIn(child, tree, { request, closure })
        return { ...compiled, reads: closure.reads() }
      } finally {
        await tree.remove()
      }
    }
    const message = `${request.template} names ever more files; commit the compiled JSON`
    throw stalled('BicepTooLarge', message)
  })
}

/**
 * The files as the compiler gets them: a parameters file that leaves to others what the template requires gets a value of
 * no type for it (`any`) behind its end, as it would be refused otherwise.
 */
function withGiven(request: BicepRequest, closure: Closure): ReadonlyMap<string, Uint8Array> {
  const { template, parametersFile = '', givenElsewhere = [] } = request
  const bytes = closure.files.get(parametersFile)
  const declared = [...(closure.parametersOf(template) ?? [])]
  const assigned = closure.parametersOf(parametersFile)
  if (bytes === undefined || assigned === undefined || closure.using() === undefined) return closure.files
  const given = new Set(givenElsewhere.map((name) => name.toLowerCase()))
  const added = declared.filter((name) => given.has(name.toLowerCase()) && !assigned.has(name))
  if (added.length === 0) return closure.files
  const lines = added.map((name) => `\nparam ${name} = any('')`).join('')
  const text = `${new TextDecoder().decode(bytes)}${lines}\n`
  return new Map([...closure.files, [parametersFile, new TextEncoder().encode(text)]])
}

function usingProblems({ template, parametersFile }: BicepRequest, closure: Closure): BicepDiagnostic[] {
  const using = closure.using()
  if (parametersFile === undefined || using === undefined || using.path === template) return []
  const { line, column } = using
  const message = `using names ${using.path}, but spec.template is ${template}; name the same template in both`
  return [{ file: parametersFile, severity: 'error', line, column, message }]
}

function outsideProblem(
  name: string,
  place: { file: string; line: number; column: number },
): BicepDiagnostic {
  return {
    ...place,
    severity: 'error',
    message: `reads ${name}, which is outside the repository; name a file of the repository`,
  }
}

interface Compiling {
  request: BicepRequest
  closure: Closure
}

/** What the compiler would read: files outside the tree by their names, those of the tree by their paths in it. */
async function references(
  child: BicepChild,
  tree: Tree,
  { request, closure }: Compiling,
): Promise<{ outside: string[]; inside: string[] }> {
  const outside: string[] = []
  const inside: string[] = []
  for (const entry of entriesOf(request, closure)) {
    const answer = await child.call('getFileReferences', { path: path.join(tree.root, entry) })
    for (const name of read(referencesSchema, answer).filePaths) {
      if (name === tree.configFloor) continue
      // Regular files only were laid out; the real path is asked for all the same.
      const real = await realpath(name).catch(() => name)
      const relative = tree.relative(name)
      if (relative === undefined || tree.relative(real) === undefined) outside.push(name)
      else inside.push(relative)
    }
  }
  return { outside, inside }
}

/** The files to start from. A parameters file that uses the template leads to it. */
function entriesOf({ template, parametersFile }: BicepRequest, closure: Closure): string[] {
  const isUsed = parametersFile !== undefined && closure.using() !== undefined
  const own = isUsed || !isBicep(template) ? [] : [template]
  return parametersFile === undefined ? own : [...own, parametersFile]
}

async function compileIn(
  child: BicepChild,
  tree: Tree,
  { request, closure }: Compiling,
): Promise<Omit<BicepAnswer, 'reads'>> {
  const { template, parametersFile } = request
  const diagnostics: BicepDiagnostic[] = []
  const answer: Omit<BicepAnswer, 'reads'> = { diagnostics }
  const note = (given: readonly z.infer<typeof diagnosticSchema>[], success: boolean): void => {
    diagnostics.push(...given.flatMap((one) => readDiagnostic(one, tree, template)))
    const isTold = diagnostics.some(({ severity }) => severity === 'error')
    if (!success && !isTold)
      throw stalled('BicepFailed', `bicep could not compile ${template} and does not say why`)
  }
  for (const entry of entriesOf(request, closure)) {
    const target = path.join(tree.root, entry)
    if (entry === parametersFile) {
      const given = await child.call('compileParams', { path: target, parameterOverrides: {} })
      const compiled = read(compiledParametersSchema, given)
      note(compiled.diagnostics, compiled.success)
      if (typeof compiled.parameters === 'string') answer.parameters = compiled.parameters
      if (isBicep(template) && typeof compiled.template === 'string') answer.template = compiled.template
    } else {
      const compiled = read(compiledSchema, await child.call('compile', { path: target }))
      note(compiled.diagnostics, compiled.success)
      if (typeof compiled.contents === 'string') answer.template = compiled.contents
    }
  }
  return diagnostics.some(({ severity }) => severity === 'error') ? { diagnostics } : answer
}

function readDiagnostic(
  { source, range, level, code, message }: z.infer<typeof diagnosticSchema>,
  tree: Tree,
  template: string,
): BicepDiagnostic[] {
  if (level !== 'Error' && level !== 'Warning') return []
  const file = tree.relative(source.replace(/^file:\/\//, '')) ?? template
  const { line, char } = range.start
  const told = message.replaceAll(`${tree.root}/`, '').replace(/\.$/, '')
  const advice = adviceFor[code] ?? ''
  const severity = level === 'Error' ? 'error' : 'warning'
  return [{ file, line: line + 1, column: char + 1, severity, code, message: `${told}${advice}` }]
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw stalled(
    'BicepFailed',
    'bicep answered in a form that is not known; use version 0.30 or newer',
    result.error,
  )
}

function isBicep(file: string): boolean {
  return /\.bicep$/i.test(file)
}
