import path from 'node:path'
import { Command, Option } from 'commander'
import type { BuildResult, Problem } from '../../build/index.ts'
import { formatProblem } from '../../build/index.ts'
import { buildHere } from '../build-here.ts'
import { exitCodes } from '../exit.ts'
import { openFolder, resolveRoot, rootOption, type Folder } from '../folder.ts'
import { printable, type Io } from '../io.ts'
import { printData } from '../output.ts'
import { paintFor } from '../paint.ts'

const help = `
Lists everything that is wrong with the manifests below a folder and with the templates they name, at once:
  file:line:column: document, field: what is wrong; what to do
Nothing is asked of a cloud, and no git is needed; files are read as they are on disk. Bicep is compiled by the bicep
program on this machine (HEADWATER_BICEP, or PATH), without network.

Examples:
  headwater validate .
  headwater validate clusters/prod -o json

Exit codes: 0 no errors (there may be warnings), 1 errors, 2 could not look.`

/** Options of `validate`. */
export interface ValidateOptions {
  output?: 'json' | 'yaml'
  root?: string
}

/** `headwater validate [DIR]` */
export function createValidateCommand(io: Io): Command {
  return new Command('validate')
    .description('Lists all mistakes in a folder of manifests and in their templates.')
    .argument('[dir]', 'the folder, or a single manifest', '.')
    .addOption(new Option('-o, --output <format>', 'another form of the answer').choices(['json', 'yaml']))
    .addOption(rootOption())
    .addHelpText('after', help)
    .action((dir: string, options: ValidateOptions) => validate(dir, options, io))
}

async function validate(dir: string, options: ValidateOptions, io: Io): Promise<void> {
  const folder = await openFolder(path.resolve(io.cwd, dir), resolveRoot(options, io))
  const result = await buildHere(folder, io)
  const problems = result.problems.map((problem) => relocate(problem, folder, io.cwd))
  const counts = countProblems(result)
  if (options.output === undefined) {
    for (const problem of problems) io.stdout(`${problemLine(problem, io)}\n`)
    io.stdout(`${summaryLine(counts)}\n`)
  } else {
    await printData(io, options.output, { problems, ...counts })
  }
  if (counts.errors > 0) io.exitWith(exitCodes.no)
}

/** A problem on one line, for people: a warning says that it is one. */
export function problemLine(problem: Problem, io: Pick<Io, 'color'>): string {
  const paint = paintFor(io)
  const line = printable(formatProblem(problem))
  const place = /^.*?:\d+:\d+:/.exec(line)?.[0] ?? ''
  const rest = line.slice(place.length)
  return problem.severity === 'error'
    ? `${paint.strong(place)}${paint.bad(rest)}`
    : `${paint.strong(place)} ${paint.busy('warning:')}${rest}`
}

/** Files as seen from where the person stands, so that a terminal can open them. */
export function relocate(problem: Problem, { root }: Folder, cwd: string): Problem {
  const file = path.relative(cwd, path.join(root, problem.file)) || problem.file
  return { ...problem, file: file.split(path.sep).join('/') }
}

interface Counts {
  objects: number
  errors: number
  warnings: number
  /** Objects with an error of their own or in need of one that has. */
  withheld: number
}

function countProblems({ objects, problems, withheld }: BuildResult): Counts {
  const keys = new Set(objects.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`))
  return {
    objects: new Set([...keys, ...withheld.keys()]).size,
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
    withheld: withheld.size,
  }
}

function summaryLine({ objects, errors, warnings, withheld }: Counts): string {
  const all = plural(objects, 'object')
  if (objects === 0 && errors === 0) return 'no objects of headwater.dev found'
  if (errors === 0 && warnings === 0) return `${all}, no problems`
  const found = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  const what = found.filter((part) => part !== '').join(', ')
  return errors === 0 ? `${what}; ${all}` : `${what}; ${withheld} of ${all} would not be applied`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
