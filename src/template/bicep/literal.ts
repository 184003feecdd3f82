import type { GivenParameter, Json } from '../arm/index.ts'

/** A parameters file that gives a template these values; `using` is the template's path as it is written there. */
export function parametersText(using: string, parameters: Readonly<Record<string, GivenParameter>>): string {
  const lines = Object.entries(parameters).flatMap(([name, { value, reference }]) => {
    // A secret is not known here, and no word of Bicep is a name with other characters.
    if (!/^[A-Za-z_]\w*$/.test(name)) return []
    return [
      `param ${name} = ${reference === undefined ? bicepLiteral(value ?? null) : secretLiteral(reference)}`,
    ]
  })
  return `using ${textLiteral(using)}\n${lines.join('\n')}\n`
}

/** A JSON value as Bicep writes it. */
export function bicepLiteral(value: Json): string {
  if (typeof value === 'string') return textLiteral(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : `json('${value}')`
  if (Array.isArray(value)) return `[\n${value.map((item: Json) => bicepLiteral(item)).join('\n')}\n]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${textLiteral(name)}: ${bicepLiteral(member)}`,
  )
  return `{\n${members.join('\n')}\n}`
}

/** A reference to a Key Vault in the words of a parameters file; any other one is left open. */
function secretLiteral(reference: Json): string {
  const { keyVault, secretName, secretVersion } = fieldsOf(reference)
  const id = fieldsOf(keyVault)['id']
  const parts =
    typeof id === 'string'
      ? /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/.*\/([^/]+)$/i.exec(id)
      : null
  if (parts === null || typeof secretName !== 'string') return "any('')"
  const version = typeof secretVersion === 'string' ? [secretVersion] : []
  return `az.getSecret(${[...parts.slice(1), secretName, ...version].map(textLiteral).join(', ')})`
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {}
}

function textLiteral(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`)
    .replaceAll('${', '\\${')
    // oxlint-disable-next-line no-control-regex -- they are what is written otherwise
    .replace(/[\u0000-\u001f]/g, (character) => String.raw`\u{${character.charCodeAt(0).toString(16)}}`)
  return `'${escaped}'`
}
