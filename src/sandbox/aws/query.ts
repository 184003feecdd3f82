/** A decoded request of the AWS query protocol. */
export interface QueryRequest {
  action: string
  /** The API's version, which also tells the services apart when a request carries no signature: `2010-05-15`. */
  version: string
  /** Scalars are strings; `X.member.N` became arrays, `X.entry.N` objects. */
  input: Record<string, unknown>
}

/**
 * Members that are lists. Only for the empty ones is it needed: an SDK writes an empty list as `Tags=`, which nothing
 * but the name tells from an empty text. From the CloudFormation API reference.
 */
const listMembers = new Set([
  'Parameters',
  'Tags',
  'Capabilities',
  'NotificationARNs',
  'ResourceTypes',
  'ResourcesToImport',
  'ResourcesToSkip',
  'RetainResources',
  'RollbackTriggers',
  'StackStatusFilter',
  'StackResourceDriftStatusFilters',
  'LogicalResourceIds',
  'PolicyArns',
  'TransitiveTagKeys',
])

type Node = { [name: string]: Node | string }

/** Decodes `Action=…&Version=…&Tags.member.1.Key=…`; undefined when there is no Action. */
export function decodeQuery(form: URLSearchParams): QueryRequest | undefined {
  const action = form.get('Action')
  if (action === null || action === '') return undefined
  const root = node()
  for (const [path, value] of form) {
    if (path !== 'Action' && path !== 'Version') put(root, path.split('.'), value)
  }
  const input: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(root)) input[name] = plain(name, member)
  return { action, version: form.get('Version') ?? '', input }
}

// Without a prototype, so that a member named `__proto__` is a member like any other.
function node(): Node {
  return Object.create(null) as Node
}

function put(root: Node, path: readonly string[], value: string): void {
  const last = path.at(-1)
  if (last === undefined) return
  let at = root
  for (const name of path.slice(0, -1)) {
    const next = at[name]
    if (typeof next === 'object') {
      at = next
    } else {
      const made = node()
      at[name] = made
      at = made
    }
  }
  at[last] = value
}

function plain(name: string, value: Node | string): unknown {
  if (typeof value === 'string') return value === '' && listMembers.has(name) ? [] : value
  const members = value['member']
  if (members !== undefined && Object.keys(value).length === 1) return list(members)
  const entries = value['entry']
  if (typeof entries === 'object' && Object.keys(value).length === 1) return map(entries)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(key, member)]))
}

/** `X.entry.1.key=…&X.entry.1.value=…` */
function map(entries: Node): Record<string, unknown> {
  const pairs = Object.values(entries).flatMap((entry) => {
    const key = typeof entry === 'object' ? entry['key'] : undefined
    const value = typeof entry === 'object' ? entry['value'] : undefined
    return typeof key === 'string' && value !== undefined ? [[key, plain(key, value)] as const] : []
  })
  return Object.fromEntries(pairs)
}

function list(members: Node | string): unknown[] {
  if (typeof members === 'string') return members === '' ? [] : [members]
  return Object.entries(members)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([index, member]) => plain(index, member))
}
