import { readFile } from 'node:fs/promises'

/** The version of this package, as its package.json says. */
export async function version(): Promise<string> {
  // The same distance from src/cli and from dist/cli.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const data: unknown = JSON.parse(text)
  const isPackage = typeof data === 'object' && data !== null && 'version' in data
  return isPackage ? String(data.version) : 'unknown'
}
