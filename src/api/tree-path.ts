import { stalled } from './errors.ts'

/**
 * A path as people write it in a manifest (`./clusters/demo/`, `/stacks`), as the one form used inside: from the root of
 * the tree, `/` between parts, no `.`, no trailing `/`; `''` is the root. Throws a `stalled` error (`InvalidPath`) for
 * what would leave the tree or could mean something else on another system: `..`, NUL, backslash.
 */
export function treePath(path: string): string {
  return resolveTreePath('', path)
}

/**
 * A path written inside a file of the tree, as a path from the root: relative to the folder `from` (itself in the form
 * of `treePath`), or from the root when it starts with `/`. `..` may climb, but never out of the tree.
 */
export function resolveTreePath(from: string, path: string): string {
  if (path.includes('\0') || path.includes('\\')) {
    throw stalled(
      'InvalidPath',
      `${JSON.stringify(path)} is not a path; use "/" between its parts, and no "\\" or NUL`,
    )
  }
  const parts = path.startsWith('/') ? [] : from.split('/').filter((part) => part !== '')
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) {
      throw stalled('InvalidPath', `"${path}" leads out of the repository; name a path inside it`)
    }
  }
  return parts.join('/')
}

/** The folder that a path from the root lies in; `''` is the root. */
export function treeFolder(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Whether a path is the folder or lies below it, both in the form of `treePath`. */
export function isBelow(folder: string, path: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}
