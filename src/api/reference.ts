/** The address of an object: its record's key is `kind/namespace/name`. */
export interface ObjectReference {
  kind: string
  namespace: string
  name: string
}

/** The key of an object's record. */
export function formatKey({ kind, namespace, name }: ObjectReference): string {
  return `${kind}/${namespace}/${name}`
}

/** Splits a key; throws on what is no key, as only our own code makes them. */
export function parseKey(key: string): ObjectReference {
  const [kind, namespace, name, ...rest] = key.split('/')
  if (!kind || !namespace || !name || rest.length > 0)
    throw new Error(`"${key}" is not a key kind/namespace/name`)
  return { kind, namespace, name }
}

/** An object as people read it: `CloudFormationStack eu/web`. */
export function displayKey(key: string): string {
  const { kind, namespace, name } = parseKey(key)
  return `${kind} ${namespace}/${name}`
}

/** The namespace of a document that names none. */
export const defaultNamespace = 'default'
