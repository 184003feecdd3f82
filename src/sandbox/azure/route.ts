import type { ArmAnswer, ArmRequest } from './wire.ts'

/** What answers a request. */
export type Handler = (request: ArmRequest) => ArmAnswer | Promise<ArmAnswer>

/**
 * One line of the table: `/subscriptions/:subscription/resourcegroups/:group`. Fixed segments are equal in any letter
 * case, `:name` takes one segment, `*name` any number of them, with their slashes.
 */
export interface Route {
  method: string
  pattern: string
  handle: Handler
  /** What the call is named in the log and for faults (`DeploymentsCreateOrUpdate`); unique in the table. */
  action: string
  /** Whether it can change anything. Default: every method but GET and HEAD. */
  mutating?: boolean
  /** Whether it needs an `api-version`. Default: yes. */
  versioned?: boolean
  /** Whether it needs a bearer token. Default: yes. */
  anonymous?: boolean
  /** Who answers it. Default: `arm`. */
  service?: 'arm' | 'login' | 'identity'
}

/** A route that fits, with what its pattern's names stand for. */
export interface RouteMatch {
  route: Route
  params: Record<string, string>
}

/** A table that is looked through. */
export interface RouteTable {
  /** The first that fits; `otherMethods` when only other methods are there. */
  find(method: string, path: string): RouteMatch | { otherMethods: string[] } | undefined
}

interface Compiled {
  route: Route
  expression: RegExp
  names: string[]
  fixedSegments: number
}

/** Makes a table; the route with the most fixed segments is asked first, so that a general one never hides it. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const compiled = routes.map((route) => compile(route))
  compiled.sort((one, other) => other.fixedSegments - one.fixedSegments)
  return {
    find(method, path) {
      const fitting = compiled.flatMap((each) => {
        const found = each.expression.exec(path)
        return found === null ? [] : [{ each, found }]
      })
      const match = fitting.find(({ each }) => each.route.method === method)
      if (match === undefined) {
        return fitting.length === 0
          ? undefined
          : { otherMethods: fitting.map(({ each }) => each.route.method) }
      }
      const { each, found } = match
      const params = Object.fromEntries(
        each.names.map((name, index) => [name, decode(found[index + 1] ?? '')]),
      )
      return { route: each.route, params }
    },
  }
}

function compile(route: Route): Compiled {
  const names: string[] = []
  let fixedSegments = 0
  const source = route.pattern
    .split('/')
    .slice(1)
    .map((segment) => {
      if (segment.startsWith(':')) {
        names.push(segment.slice(1))
        return '/([^/]+)'
      }
      if (segment.startsWith('*')) {
        names.push(segment.slice(1))
        return '(/.+|)'
      }
      if (segment !== '') fixedSegments += 1
      return `/${segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`
    })
    .join('')
  return { route, expression: new RegExp(`^${source}$`, 'i'), names, fixedSegments }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
