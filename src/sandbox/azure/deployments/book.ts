import { gatewayError } from '../errors.ts'
import { isBelow, keyOf } from '../ids.ts'
import type { World } from '../world.ts'
import type { Deployment } from './model.ts'
import { isActive, moveTo } from './model.ts'
import { spokenTime } from './texts.ts'

/** How much history a scope keeps. */
export interface HistoryLimits {
  /** A scope holds no more. */
  limit: number
  /** Above this the oldest go, down to `groomedTo`; undefined switches it off. */
  groomAbove: number | undefined
  groomedTo: number
}

/** The deployments that there are, in every scope. */
export interface DeploymentBook {
  limits: HistoryLimits
  get(id: string): Deployment | undefined
  /** As it was at a time; milliseconds since the epoch. */
  at(id: string, atMs: number): Deployment | undefined
  /** Those of one scope (`''` is the tenant), the newest first. */
  inScope(prefix: string): Deployment[]
  /** Takes the name over. */
  add(deployment: Deployment): void
  remove(id: string): void
  /** Throws 409 DeploymentActive where the name is at work. */
  needIdle(id: string, name: string): void
  /** Lets the oldest go where there are too many, and throws 409 where a new name has no room. */
  makeRoom(prefix: string, name: string): void
  /** A number that only grows. */
  nextOrder(): number
}

// "Deployments are deleted from your history when you exceed 700 …, down to 650": deployment-history-deletions.md.
const defaultLimits: HistoryLimits = { limit: 800, groomAbove: 700, groomedTo: 650 }

const activeForMs = 7 * 24 * 3_600_000

/** An empty book; what is removed with its group is forgotten. */
export function createDeploymentBook(world: World): DeploymentBook {
  const byId = new Map<string, Deployment>()
  let order = 0
  const scopeOf = (id: string): string =>
    keyOf(id).replace(/\/providers\/microsoft\.resources\/deployments\/[^/]+$/, '')
  const book: DeploymentBook = {
    limits: { ...defaultLimits },
    get: (id) => byId.get(keyOf(id)),
    at(id, atMs) {
      let found = byId.get(keyOf(id))
      while (found !== undefined && found.createdAtMs > atMs) found = found.previous
      if (found === undefined) return undefined
      const progress = found.history.findLast(({ changedAtMs }) => changedAtMs <= atMs) ?? found.history[0]
      return progress === undefined ? found : { ...found, progress }
    },
    inScope: (prefix) => [...byId.values()].filter(({ id }) => scopeOf(id) === keyOf(prefix)).toReversed(),
    add(deployment) {
      byId.delete(keyOf(deployment.id))
      byId.set(keyOf(deployment.id), deployment)
    },
    remove: (id) => void byId.delete(keyOf(id)),
    needIdle(id, name) {
      const there = byId.get(keyOf(id))
      if (there === undefined || !isActive(there)) return
      const from = spokenTime(there.createdAtMs)
      const until = spokenTime(there.createdAtMs + activeForMs)
      throw gatewayError(
        409,
        'DeploymentActive',
        `Unable to edit or replace deployment '${name}': previous deployment from '${from}' is still active (expiration time is '${until}'). Please see https://aka.ms/arm-deploy for usage details.`,
      )
    },
    makeRoom(prefix, name) {
      const { limit, groomAbove, groomedTo } = book.limits
      const there = book.inScope(prefix)
      if (groomAbove !== undefined && there.length > groomAbove) {
        const idle = there.toReversed().filter((deployment) => !isActive(deployment))
        for (const { id } of idle.slice(0, there.length - groomedTo)) book.remove(id)
      }
      const count = book.inScope(prefix).length
      const isKnown = there.some((deployment) => deployment.request.name.toLowerCase() === name.toLowerCase())
      if (count < limit || isKnown) return
      throw gatewayError(
        409,
        'DeploymentQuotaExceeded',
        `Creating the deployment '${name}' would exceed the quota of '${limit}'. The current deployment count is '${count}'. Please delete some deployments before creating a new one, or see https://aka.ms/800LimitFix for information on managing deployment limits.`,
      )
    },
    nextOrder: () => (order += 1),
  }
  world.onRemoved((removed) => {
    for (const deployment of byId.values()) {
      if (!isBelow(deployment.id, removed)) continue
      deployment.stopped = true
      if (isActive(deployment)) moveTo(deployment, { state: 'Canceled', changedAtMs: world.now() })
      book.remove(deployment.id)
    }
  })
  world.onClear(() => {
    byId.clear()
    book.limits = { ...defaultLimits }
  })
  return book
}
