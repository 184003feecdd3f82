import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as git from 'isomorphic-git'

// The same distance from src/cli/demo and from dist/cli/demo.
const example = fileURLToPath(new URL('../../../examples/demo', import.meta.url))
const author = { name: 'Headwater demo', email: 'demo@headwater.invalid' }

/**
 * Makes a git repository with the example fleet in a folder that must not exist yet. Nobody's git, nor its settings,
 * are needed; who commits there with a git of their own is not asked for a name or a key either. Without a Bicep
 * compiler its Azure documents name the ARM JSON that lies beside each `.bicep`.
 */
export async function createDemoRepository(dir: string, options: { hasBicep: boolean }): Promise<void> {
  await cp(example, dir, { recursive: true })
  if (!options.hasBicep) await nameCompiled(join(dir, 'stacks/azure'))
  await git.init({ fs, dir, defaultBranch: 'main' })
  const settings = { 'user.name': author.name, 'user.email': author.email, 'commit.gpgsign': false }
  for (const [path, value] of Object.entries(settings)) await git.setConfig({ fs, dir, path, value })
  const files = (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(dir, '.git')))
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
  await git.add({ fs, dir, filepath: files.toSorted() })
  await git.commit({ fs, dir, message: 'a small fleet', author })
}

/** `template: site.bicep` becomes `site.json`, `site.bicepparam` `site.parameters.json`: what the compiler made of them. */
async function nameCompiled(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.endsWith('.yaml')) continue
    const text = await readFile(join(dir, name), 'utf8')
    const compiled = text
      .replace(/^( +parametersFile: .+)\.bicepparam$/m, '$1.parameters.json')
      .replace(/^( +template: .+)\.bicep$/m, '$1.json')
    await writeFile(join(dir, name), compiled)
  }
}

/** Rewrites one file and commits it alone; answers the commit, or undefined when the text stays the same. */
export async function commitFile(
  dir: string,
  change: { file: string; message: string; edit: (text: string) => string },
): Promise<string | undefined> {
  const path = join(dir, change.file)
  const before = await readFile(path, 'utf8')
  const after = change.edit(before)
  if (after === before) return undefined
  await writeFile(path, after)
  await git.add({ fs, dir, filepath: change.file })
  return git.commit({ fs, dir, message: change.message, author })
}
