import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

/** The files below a folder whose names end as given, sorted; absolute when the folder is. */
export async function collectionFiles(folder: string, extension: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/** Whether a text says that it is an ARM template. */
export function claimsTemplate(text: string): boolean {
  return /"\$schema"\s*:\s*"[^"]*deploymentTemplate\.json#?"/i.test(text.slice(0, 2000))
}

/** Whether a Bicep file, or one that it is made of, names a module of a registry. */
export async function usesRegistry(file: string, seen = new Set<string>()): Promise<boolean> {
  if (seen.has(file)) return false
  seen.add(file)
  const text = await readFile(file, 'utf8').catch(() => '')
  if (/'(br|ts)[:/]/.test(text)) return true
  for (const [, name = ''] of text.matchAll(/'([^'\n]+\.bicep)'/g))
    if (await usesRegistry(path.resolve(path.dirname(file), name), seen)) return true
  return false
}

/** The value after an option of the command line. */
export function optionOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name)
  return at === -1 ? undefined : options[at + 1]
}
