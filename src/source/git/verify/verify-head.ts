import { stalled } from '../../../api/errors.ts'
import { parseRevision } from '../../../api/revision.ts'
import type { Head, VerifyOptions } from '../../source.ts'
import type { GitObject } from '../object.ts'
import { splitCommit, splitTag } from './signed.ts'
import { verifySigned } from './verify.ts'

/** What a verification reads. */
export interface VerifyPorts {
  /** The repository as messages name it. */
  where: string
  /** A commit or a tag as it lies there. */
  read: (oid: string) => Promise<GitObject | undefined>
  /** What a full ref name stands for, not peeled. */
  resolve: (fullName: string) => Promise<string | undefined>
}

/** Who signed a head: its commit, the tag that it was found by, or both. See `Source.verify`. */
export async function verifyHead(head: Head, options: VerifyOptions, ports: VerifyPorts): Promise<string[]> {
  const { mode, signers, now } = options
  const signed: string[] = []
  if (mode !== 'HEAD') signed.push(await verifyTag(head, { text: signers, now }, ports))
  if (mode !== 'Tag') {
    const object = await ports.read(head.commit)
    const commit = object?.type === 'commit' ? splitCommit(object.content) : undefined
    if (commit === undefined)
      throw invalid(`${ports.where} has no commit ${head.commit} that could be verified`)
    signed.push(await verifySigned(commit, head.commit, { text: signers, now }))
  }
  return [...new Set(signed)]
}

async function verifyTag(
  head: Head,
  signers: { text: string; now: number },
  { where, read, resolve }: VerifyPorts,
): Promise<string> {
  const name = parseRevision(head.revision)?.pointer
  const oid =
    name === undefined ? undefined : await resolve(name.startsWith('refs/') ? name : `refs/tags/${name}`)
  const object = oid === undefined ? undefined : await read(oid)
  const tag = object?.type === 'tag' ? splitTag(object.content) : undefined
  if (tag === undefined) {
    throw invalid(`${where}: ${head.revision} is no annotated tag, and verify.mode asks for a signed one`)
  }
  if (tag.commit !== head.commit) throw invalid(`the tag ${name} names another commit than ${head.commit}`)
  // The name stands inside of what was signed: an old tag under a new name is another tag.
  const inner = /^tag (.+)$/m.exec(tag.payload.toString('utf8'))?.[1]
  if (name?.replace(/^refs\/tags\//, '') !== inner)
    throw invalid(`the tag ${name} was signed under the name ${inner}`)
  return verifySigned(tag, name ?? '', signers)
}

function invalid(message: string): Error {
  return stalled('SignatureInvalid', message)
}
