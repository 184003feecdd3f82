import type { GitRepositorySpec } from '../../api/kinds/git-repository.ts'
import { asHeadwaterError, isConflict } from '../../api/errors.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import type { ObjectStatus } from '../../api/status.ts'
import type { RefSelector } from '../../source/source.ts'
import { withVerdict, without } from '../conditions.ts'
import { ignoreDigestOf, openRepository, sourceKeyOf } from '../repository.ts'
import { freshnessOf } from '../freshness.ts'
import { restUntil, tellOthers } from '../host-rest.ts'
import type { Outcome } from '../outcome.ts'
import { handled, news } from '../outcome.ts'
import { outcomeOfError } from '../outcome-of.ts'
import type { ControllerPorts } from '../ports.ts'
import { jitteredMs } from '../retry.ts'
import type { Step } from '../step.ts'
import { wake } from '../step.ts'
import { isSuspended, suspendedOutcome } from '../suspend.ts'
import { judgeHistory, verifyRevision } from '../trust.ts'

type Artifact = NonNullable<ObjectStatus['artifact']>

/** Compares the remote head with the artifact in force; when it moved, those that read from here are due. */
export async function reconcileGitRepository(ports: ControllerPorts, step: Step): Promise<Outcome> {
  const record = step.record()
  const spec = record.spec as GitRepositorySpec
  const { clock, random } = ports
  const dueAt = clock.now() + jitteredMs(spec.interval, random)
  if (isSuspended(record, clock.now())) return suspendedOutcome(record, clock.now())
  try {
    const source = await openRepository(ports, record)
    const { artifact: last } = record.status
    const head = await source.head(spec.ref as RefSelector, {
      ...(step.dueSince === undefined ? {} : { since: step.dueSince }),
      ...(last?.generation === record.generation ? { inForce: last.revision } : {}),
    })
    const verified = await verifyRevision(ports, { record, source, head })
    const rewritten =
      record.status.lastAppliedRevision === head.revision
        ? undefined
        : await judgeHistory(record, source, head)
    const before = record.status.artifact
    const isNew = record.status.lastAppliedRevision !== head.revision
    const info = before?.revision !== head.revision ? await source.commit(head.commit) : before
    const now = clock.now()
    const ignoreDigest = ignoreDigestOf(record)
    const artifact = readBy(
      { ...info, revision: head.revision, fetchedAt: now, generation: record.generation },
      ignoreDigest,
    )
    const isReadOtherwise = before !== undefined && before.ignoreDigest !== ignoreDigest
    const signed = verified === undefined ? '' : `, signed by ${verified.signers.join(' and ')}`
    const message = `stored artifact for ${head.revision}${signed}`
    const event = {
      type: 'Normal',
      reason: 'NewArtifact',
      message: `${message}${info?.subject ? ` ("${info.subject}")` : ''}`,
    } as const
    const host = source.facts?.()
    const { stale, events: warnings } = freshnessOf(record, artifact, now)
    const known = {
      ...without(
        handled(record, record.status),
        'failures',
        'nextAttemptAt',
        'hostRestUntil',
        'host',
        'verified',
        'stale',
      ),
      artifact,
      ...(host === undefined ? {} : { host }),
      ...(verified === undefined ? {} : { verified }),
      ...(stale === undefined ? {} : { stale }),
    }
    const applied = { ...known, lastAttemptedRevision: head.revision, lastAppliedRevision: head.revision }
    const status = withVerdict(
      record,
      applied,
      { ready: 'True', reason: 'ReconciliationSucceeded', message },
      now,
    )
    if (rewritten !== undefined) step.event(rewritten)
    if (isNew || isReadOtherwise) {
      // Told before the revision, and the rules that it is read by, count as handed on: whoever dies in between is
      // followed by one who tells again.
      await step.write({ status: { ...record.status, artifact: readBy(artifact, before?.ignoreDigest) } })
      await wakeReaders(ports, record)
    }
    return { status, dueAt, events: isNew ? [event, ...warnings] : warnings, wake: true }
  } catch (error) {
    if (isConflict(error)) throw error
    const classed = asHeadwaterError(error)
    const { stale, events: warnings } = freshnessOf(record, record.status.artifact, clock.now())
    const old = { ...without(record.status, 'stale'), ...(stale === undefined ? {} : { stale }) }
    if (classed.class !== 'stalled') {
      const now = clock.now()
      const outcome = outcomeOfError({ ...record, status: old }, classed, { now, random })
      const hostRestUntil = restUntil(classed, now)
      await tellOthers(ports, record, classed, outcome.dueAt)
      return {
        ...outcome,
        status: { ...outcome.status, ...(hostRestUntil === undefined ? {} : { hostRestUntil }) },
        events: [...outcome.events, ...warnings],
      }
    }
    // The last good artifact stays in force; what is wrong may be mended on the other side, so look again.
    const { reason, message } = classed
    const status = withVerdict(
      record,
      handled(record, old),
      { ready: 'False', reason, message, stalled: true },
      clock.now(),
    )
    const events = [...news(record, { type: 'Warning', reason, message }), ...warnings]
    return { status, dueAt, events, wake: false }
  }
}

/** An artifact with the digest of the rules that it is read by. */
function readBy(artifact: Artifact, ignoreDigest: string | undefined): Artifact {
  const { ignoreDigest: _old, ...rest } = artifact
  return ignoreDigest === undefined ? rest : { ...rest, ignoreDigest }
}

/** Makes everything due that reads from a source whose artifact moved. */
async function wakeReaders(ports: ControllerPorts, source: ObjectRecord): Promise<void> {
  const readers = await ports.store.list('Kustomization/')
  const key = keyOf(source)
  await wake(
    ports,
    readers.filter(({ record }) => sourceKeyOf(record) === key).map(({ record }) => keyOf(record)),
  )
}
