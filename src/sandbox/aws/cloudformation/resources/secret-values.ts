import { isObject } from '../input.ts'
import type { JsonObject } from '../model.ts'
import { ssmParameter } from '../templates/references.ts'
import type { Place, World } from '../world.ts'

/** A reference whose value only the thing itself is given: nothing that CloudFormation shows ever holds it. */
const SECRET = /\{\{resolve:(secretsmanager|ssm-secure):([^{}]+)\}\}/g

/**
 * Properties as the service gets them: secrets in place of their references. A secret that nobody made or set stands
 * for itself: real templates refer to what an account has, and the sandbox has none of it. Throws with AWS's reason
 * where a secret lacks the key it is asked for.
 */
export function withSecrets<Value>(world: World, place: Place, value: Value): Value {
  if (typeof value === 'string')
    return value.replaceAll(
      SECRET,
      (reference, service: string, key: string) =>
        (service === 'secretsmanager' ? secretOf(world, place, key) : secureOf(world, place, key)) ??
        reference,
    ) as Value
  if (Array.isArray(value)) return value.map((item: unknown) => withSecrets(world, place, item)) as Value
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withSecrets(world, place, child)]),
  ) as Value
}

/** What is there, with the references that the template has where it has some: so the two can be compared. */
export function withReferences(actual: unknown, written: unknown): unknown {
  if (typeof written === 'string' && written.search(SECRET) >= 0) return written
  if (Array.isArray(actual) && Array.isArray(written))
    return actual.map((item: unknown, index) => withReferences(item, written[index]))
  if (!isObject(actual) || !isObject(written)) return actual
  return Object.fromEntries(
    Object.entries(actual).map(([name, child]) => [name, withReferences(child, written[name])]),
  )
}

function secureOf(world: World, place: Place, key: string): string | undefined {
  return ssmParameter(world, place, key.replace(/:\d+$/, ''))
}

/** `id:SecretString:json-key:stage:version`, all but the id optional; an ARN has six colons of its own. */
function secretOf(world: World, place: Place, key: string): string | undefined {
  const parts = key.split(':')
  const idParts = key.startsWith('arn:') ? 7 : 1
  const id = parts.slice(0, idParts).join(':')
  const jsonKey = parts[idParts + 1] ?? ''
  const text = secretString(world, place, id)
  if (text === undefined || jsonKey === '') return text
  const found = member(text, jsonKey)
  if (found === undefined) throw new Error('Could not find a value associated with JSONKey in SecretString')
  return found
}

function secretString(world: World, place: Place, id: string): string | undefined {
  for (const live of place.live.values()) {
    if (live.type !== 'AWS::SecretsManager::Secret') continue
    if (live.physicalId === id || live.properties['Name'] === id)
      return textOf(live.properties, live.physicalId)
  }
  return world.surroundings.secret?.(id, place)
}

/** The text of a stack's secret: given, or made up as GenerateSecretString wants it. */
function textOf(properties: JsonObject, seed: string): string {
  const given = properties['SecretString']
  if (typeof given === 'string') return given
  const password = `generated-${seed.slice(-6)}`
  const generate = properties['GenerateSecretString']
  const template = isObject(generate) ? generate['SecretStringTemplate'] : undefined
  const key = isObject(generate) ? generate['GenerateStringKey'] : undefined
  if (typeof template !== 'string' || typeof key !== 'string') return password
  return JSON.stringify({ ...(JSON.parse(template) as JsonObject), [key]: password })
}

function member(text: string, key: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const found = isObject(value) ? value[key] : undefined
    return typeof found === 'string' ? found : found === undefined ? undefined : JSON.stringify(found)
  } catch {
    return undefined
  }
}
