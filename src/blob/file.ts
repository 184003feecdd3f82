import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Random } from '../api/clock.ts'
import { stalled, transient } from '../api/errors.ts'
import type { BlobStore } from './blob.ts'
import { checkBytes, checkName, sha256Of } from './sha256.ts'

/** The folder, made when missing, and where temporary names come from. */
export interface FileBlobOptions {
  folder: string
  random: Random
}

/**
 * Bodies in a local folder, `<folder>/ab/abcdef…`. A body appears whole or not at all, also when the process is killed
 * or the power goes: it is written beside, flushed, renamed, and the folder is flushed.
 */
export function createFileBlobStore({ folder, random }: FileBlobOptions): BlobStore {
  const fileOf = (sha256: string) => path.join(folder, checkName(sha256).slice(0, 2), sha256)
  return {
    put: async (bytes) => {
      const sha256 = sha256Of(bytes)
      const file = fileOf(sha256)
      return translate(folder, async () => {
        // Reading it back instead of asking whether it exists: writing a spoilt body again mends it.
        const present = await readIfThere(file)
        if (present !== undefined && sha256Of(present) === sha256) return sha256
        await writeWhole(file, bytes, random.uuid())
        return sha256
      })
    },
    get: async (sha256) => {
      const file = fileOf(sha256)
      const bytes = await translate(folder, () => readIfThere(file))
      return bytes && checkBytes(sha256, bytes)
    },
    has: async (sha256) => {
      const file = fileOf(sha256)
      return translate(folder, () =>
        stat(file).then(
          () => true,
          (error: unknown) => {
            if (isMissing(error)) return false
            throw error
          },
        ),
      )
    },
    url: () => undefined,
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function writeWhole(file: string, bytes: Uint8Array, unique: string): Promise<void> {
  const folder = path.dirname(file)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const beside = `${file}.${unique}`
  try {
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await flushFolder(folder)
  await flushFolder(path.dirname(folder))
}

/** Makes a rename durable; a folder cannot be opened for that on Windows, where the file system journals it. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'EISDIR' || codeOf(error) === 'EPERM') return undefined
    throw error
  })
  try {
    await handle?.sync()
  } finally {
    await handle?.close()
  }
}

/** What the file system says, as ours: a full disk passes, a missing right needs a person. */
async function translate<Result>(folder: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    const message = `the folder of bodies ${folder} cannot be used: ${(error as Error).message}`
    const needsAPerson = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code)
    throw needsAPerson
      ? stalled('BlobUnavailable', message, error)
      : transient('BlobUnavailable', message, error)
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
