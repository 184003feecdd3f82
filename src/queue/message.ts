/** A message's body on the wire. */
export function writeDueMessage(key: string): string {
  return JSON.stringify({ key })
}

/** The key in a message's body; undefined when the body is none of ours. For whoever is handed messages by an event. */
export function readDueMessage(body: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('key' in value)) return undefined
  return typeof value.key === 'string' ? value.key : undefined
}
