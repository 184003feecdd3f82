import path from 'node:path'
import { Command, Option } from 'commander'
import { apiVersion } from '../../api/kinds/common.ts'
import type { BuiltObject } from '../../build/index.ts'
import { buildHere } from '../build-here.ts'
import { exitCodes } from '../exit.ts'
import { openFolder, resolveRoot, rootOption } from '../folder.ts'
import type { Io } from '../io.ts'
import { printData } from '../output.ts'
import { problemLine, relocate } from './validate.ts'

const help = `
Prints the objects below a folder as the controller would read them from a commit: namespaces settled, defaults filled
in. What is wrong goes to standard error, and what must not be applied is left out.

Examples:
  headwater build clusters/prod
  headwater build . -o json

Exit codes: 0 built, 1 errors, 2 could not look.`

/** Options of `build`. */
export interface BuildOptions {
  output: 'json' | 'yaml'
  root?: string
}

/** `headwater build [DIR]` */
export function createBuildCommand(io: Io): Command {
  return new Command('build')
    .description('Prints the objects that a folder declares, with defaults filled in.')
    .argument('[dir]', 'the folder, or a single manifest', '.')
    .addOption(
      new Option('-o, --output <format>', 'form of the answer').choices(['yaml', 'json']).default('yaml'),
    )
    .addOption(rootOption())
    .addHelpText('after', help)
    .action((dir: string, options: BuildOptions) => printObjects(dir, options, io))
}

async function printObjects(dir: string, options: BuildOptions, io: Io): Promise<void> {
  const folder = await openFolder(path.resolve(io.cwd, dir), resolveRoot(options, io))
  const { objects, problems, withheld } = await buildHere(folder, io)
  const documents = objects
    .filter(({ kind, namespace, name }) => !withheld.has(`${kind}/${namespace}/${name}`))
    .map((object) => toDocument(object))
  if (options.output === 'json') await printData(io, 'json', documents)
  else await printDocuments(documents, io)
  for (const problem of problems) io.stderr(`${problemLine(relocate(problem, folder, io.cwd), io)}\n`)
  if (problems.some(({ severity }) => severity === 'error')) io.exitWith(exitCodes.no)
}

async function printDocuments(documents: readonly unknown[], io: Io): Promise<void> {
  const { stringify } = await import('yaml')
  const texts = documents.map((document) =>
    stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }),
  )
  io.stdout(texts.join('---\n'))
}

function toDocument({ kind, namespace, name, labels, spec }: BuiltObject): Record<string, unknown> {
  const metadata = { name, namespace, ...(labels === undefined ? {} : { labels }) }
  return { apiVersion, kind, metadata, spec }
}
