import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { stalled, transient } from '../api/errors.ts'

/** Larger than any secret there is; a wrong path must not fill the memory. In bytes. */
export const maxSecretFileBytes = 256 * 1024

/** What the kernel shows of processes and devices is no secret store: `/proc/self/environ` holds the controller's own. */
const refusedFolders = ['/proc', '/sys', '/dev']

/** `file:///path`, as a mounted secret has it. One line break at the end is not part of the secret: editors put it there. */
export async function readFileSecret(reference: string, file: string): Promise<string> {
  if (!path.isAbsolute(file) || file.includes('\0'))
    throw stalled('InvalidReference', `"${reference}" is no absolute path; write file:///path/to/secret`)
  const value = await read(reference, file)
  if (value === '') throw stalled('SecretNotFound', `"${reference}": the file is empty`)
  return value
}

async function read(reference: string, file: string): Promise<string> {
  try {
    // Kubernetes mounts secrets as links; what counts is where they lead.
    const resolved = await realpath(file)
    if (refusedFolders.some((folder) => resolved === folder || resolved.startsWith(`${folder}/`)))
      throw stalled(
        'InvalidReference',
        `"${reference}" lies in a folder of the system's own; use another file`,
      )
    const handle = await open(resolved, 'r')
    try {
      const stats = await handle.stat()
      if (!stats.isFile() || stats.size > maxSecretFileBytes)
        throw stalled('InvalidReference', `"${reference}" is no file of at most ${maxSecretFileBytes} bytes`)
      return (await handle.readFile('utf8')).replace(/\r?\n$/, '')
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw stalled('SecretNotFound', `"${reference}": there is no such file`, error)
    if (code === 'EACCES' || code === 'EPERM')
      throw stalled('AccessDenied', `"${reference}": the file may not be read`, error)
    throw transient('Unavailable', `"${reference}": the file cannot be read now (${code})`, error)
  }
}
