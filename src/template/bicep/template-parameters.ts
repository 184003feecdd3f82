import { findNodeAtLocation, parseTree } from 'jsonc-parser'

/** Names of the parameters that an ARM JSON template declares; none where it does not parse. */
export function templateParameters(text: string): string[] {
  const root = parseTree(text)
  const parameters = root === undefined ? undefined : findNodeAtLocation(root, ['parameters'])
  if (parameters?.type !== 'object') return []
  return (parameters.children ?? []).flatMap(({ children: [key] = [] }) =>
    key === undefined ? [] : [String(key.value)],
  )
}
