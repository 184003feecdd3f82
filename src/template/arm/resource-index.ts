import type { Draft } from './draft.ts'
import type { KnownResource } from './frame.ts'

/** The resources of a template by every name that it may call them. */
export interface ResourceIndex {
  /** By symbolic name, copy loop, name, `type/name`, or id. */
  find(name: string): readonly Draft[]
}

/** Builds the index; names are found in any letter case. */
export function indexResources(drafts: readonly Draft[]): ResourceIndex {
  const byName = new Map<string, Draft[]>()
  const add = (name: string, draft: Draft): void => {
    const key = name.toLowerCase()
    const found = byName.get(key)
    if (found === undefined) byName.set(key, [draft])
    else if (!found.includes(draft)) found.push(draft)
  }
  for (const draft of drafts) {
    add(draft.id, draft)
    const { symbolicName } = draft.raw
    if (symbolicName !== undefined) {
      add(symbolicName, draft)
      if (draft.symbolicName !== undefined) add(draft.symbolicName, draft)
    }
    if (draft.copy !== undefined) add(draft.copy.name, draft)
  }
  // Symbolic names come first; a resource's own name finds it only where no symbol is called that.
  const symbols = new Set(byName.keys())
  for (const draft of drafts) {
    for (const name of [draft.nameText, relativeId(draft)])
      if (!symbols.has(name.toLowerCase())) add(name, draft)
  }
  return { find: (name) => byName.get(trimmed(name)) ?? [] }
}

function trimmed(name: string): string {
  return name.toLowerCase().replace(/(?<=.)\/$/, '')
}

/** `Microsoft.Storage/storageAccounts/account/blobServices/default`. */
function relativeId({ id }: Draft): string {
  return /^(?:\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?)?\/providers\/(.+)$/i.exec(id)?.[1] ?? id
}

/** A draft as functions see it. */
export function knownResource(draft: Draft): KnownResource {
  return {
    id: draft.id,
    name: draft.nameText,
    type: draft.type,
    apiVersion: draft.apiVersion,
    ...(draft.symbolicName === undefined ? {} : { symbolicName: draft.symbolicName }),
  }
}
