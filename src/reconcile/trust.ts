import { createHash } from 'node:crypto'
import { stalled } from '../api/errors.ts'
import type { NewEvent } from '../api/event.ts'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../api/record.ts'
import { parseRevision } from '../api/revision.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { Head, KnownCommit, Source } from '../source/source.ts'
import type { ControllerPorts } from './ports.ts'

/**
 * Whose signature a new head carries, when the source asks for one; what is not signed throws (`SignatureInvalid`). A
 * head that was verified is not verified again while the keys stay the same.
 */
export async function verifyRevision(
  ports: ControllerPorts,
  options: { record: ObjectRecord; source: Source; head: Head },
): Promise<ObjectStatus['verified']> {
  const { record, source, head } = options
  const { verify } = record.spec as GitRepositorySpec
  if (verify === undefined) return undefined
  const signers = await ports.secrets.resolve(verify.signers)
  const keys = createHash('sha256').update(`${verify.mode}\n${signers}`).digest('hex')
  const before = record.status.verified
  if (before?.revision === head.revision && before.keys === keys) return before
  if (source.verify === undefined) {
    throw stalled('SignatureInvalid', 'this kind of source cannot verify signatures; leave verify out')
  }
  const found = await source.verify(head, { mode: verify.mode, signers, now: ports.clock.now() })
  return { revision: head.revision, signers: found, keys }
}

/**
 * What is to be said of a head that does not descend from the last one handed on. Where that is refused (`forcePush`, or
 * signatures are asked for: an old signed commit is as well signed as a new one) it throws `HistoryRewritten`, also when
 * it cannot be told; a change of the declaration is a person's word and lets any head in.
 */
export async function judgeHistory(
  record: ObjectRecord,
  source: Source,
  head: Head,
): Promise<NewEvent | undefined> {
  const { ref, forcePush, verify } = record.spec as GitRepositorySpec
  const { lastAppliedRevision = '', artifact } = record.status
  const last = parseRevision(lastAppliedRevision)
  if (last === undefined || last.commit === head.commit) return undefined
  const isStrict = forcePush === 'refuse' || verify !== undefined
  const isStored = artifact?.revision === lastAppliedRevision && artifact.committedAt !== undefined
  const known = { commit: last.commit, ...(isStored ? { committedAt: artifact.committedAt } : {}) }
  if (isStrict) {
    // Times are written by whoever commits: a strict look does not go by them.
    return artifact?.generation === record.generation
      ? refuseRewriting(source, head, { commit: last.commit })
      : undefined
  }
  const { branch, ...others } = ref
  if (branch === undefined || Object.keys(others).length > 0 || last.pointer !== branch) return undefined
  const follows = await source.descends(head.commit, known).catch(() => undefined)
  if (follows !== false) return undefined
  const message = `the history of ${branch} was rewritten: ${head.commit} does not descend from ${last.commit}; it is followed all the same`
  return { type: 'Warning', reason: 'HistoryRewritten', message }
}

async function refuseRewriting(source: Source, head: Head, last: KnownCommit): Promise<undefined> {
  const follows = await source.descends(head.commit, last)
  if (follows === true) return undefined
  const what = follows === false ? 'does not descend' : 'is too far away to tell that it descends'
  throw stalled(
    'HistoryRewritten',
    `${head.revision} ${what} from ${last.commit}, which stays in force; change spec.ref, or forcePush and verify, to follow it`,
  )
}
