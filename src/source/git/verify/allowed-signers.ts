/** A line of an `allowed_signers` file; see ssh-keygen(1), "ALLOWED SIGNERS". */
export interface AllowedSigner {
  principals: string
  keyType: string
  /** Base64 of the blob. */
  key: string
  namespaces?: string[]
  /** Milliseconds since the epoch. */
  validAfter?: number
  validBefore?: number
}

/**
 * The keys that may sign. A line that is not understood, or that names an authority instead of a key, allows nobody:
 * what a signature is checked against is only what was read for certain.
 */
export function parseAllowedSigners(text: string): AllowedSigner[] {
  return text.split('\n').flatMap((line) => {
    const signer = parseLine(line.trim())
    return signer === undefined ? [] : [signer]
  })
}

const keyPattern =
  /(?:^|\s)((?:sk-)?(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))(?:@openssh\.com)?)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/

function parseLine(line: string): AllowedSigner | undefined {
  if (line === '' || line.startsWith('#')) return undefined
  const found = keyPattern.exec(line)
  if (found === null) return undefined
  const [, keyType = '', key = ''] = found
  const before = line.slice(0, found.index).trim()
  const [principals = '', ...rest] = before.split(/\s+/)
  if (principals === '') return undefined
  const signer: AllowedSigner = { principals: principals.replace(/^"|"$/g, ''), keyType, key }
  for (const option of splitOptions(rest.join(' '))) {
    const [name = '', quoted = ''] = option.split(/=(.*)/s)
    const value = quoted.replace(/^"|"$/g, '')
    const time = timeOf(value)
    if (name === 'namespaces') signer.namespaces = value.split(',')
    else if (name === 'valid-after' && time !== undefined) signer.validAfter = time
    else if (name === 'valid-before' && time !== undefined) signer.validBefore = time
    else return undefined
  }
  return signer
}

function splitOptions(text: string): string[] {
  return text.match(/[^,\s"]+(?:"[^"]*")?/g) ?? []
}

/** `YYYYMMDD[HHMM[SS]][Z]`; without Z local time in OpenSSH, read as UTC here, where machines have no zone. */
function timeOf(text: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}
