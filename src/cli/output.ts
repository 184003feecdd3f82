import { Option } from 'commander'
import type { Io } from './io.ts'

/** The forms every table also comes in. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name'

/** `-o`, the same in every command that prints objects. */
export function outputOption(formats: readonly OutputFormat[] = ['wide', 'json', 'yaml', 'name']): Option {
  return new Option('-o, --output <format>', 'another form of the answer').choices([...formats])
}

/** Prints data for machines. JSON escapes control characters itself, and so does the YAML writer. */
export async function printData(io: Io, format: 'json' | 'yaml', data: unknown): Promise<void> {
  if (format === 'json') {
    io.stdout(`${JSON.stringify(data, undefined, 2)}\n`)
    return
  }
  const { stringify } = await import('yaml')
  io.stdout(stringify(data, { lineWidth: 0, aliasDuplicateObjects: false }))
}
