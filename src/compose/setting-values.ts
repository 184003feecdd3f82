import { resolve } from 'node:path'
import { parseDuration } from '../api/duration.ts'
import type { HeadwaterError } from '../api/errors.ts'
import { stalled } from '../api/errors.ts'
import { secretReferencePattern } from '../api/secret-reference.ts'
import { parseGitUrl } from '../source/index.ts'

/*
 * How the values of settings are read: each answers the value as it is kept, or throws what is wrong with it in words to
 * be put after the setting's name.
 */

/** The error for a value of a setting, in words to be put after the setting's name. */
function invalid(value: string, what: string): HeadwaterError {
  return stalled('InvalidSetting', `"${value}" ${what}`)
}

/** A repository: `https://…`, or a path on this machine, made absolute. Pure. */
export function sourceUrl(value: string, cwd: string): string {
  if (/^https?:\/\//i.test(value)) return remoteUrl(value)
  if (value.startsWith('ssh://')) {
    parseGitUrl(value)
    return value
  }
  const path = value.startsWith('file://') ? value.slice('file://'.length) : value
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) {
    throw invalid(value, 'has an unknown scheme; known: https, http, ssh, file, or a path on this machine')
  }
  if (path === '' || path.startsWith('-') || hasControl(path)) {
    throw invalid(value, 'is no repository; write https://host/path, or a path on this machine')
  }
  return resolve(cwd, path)
}

function remoteUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.hostname === '' || /\s/.test(value) || hasControl(value)) {
    throw invalid(value, 'is no url; write it like https://github.com/owner/repository')
  }
  if (url.username !== '' || url.password !== '') {
    const shown = value.replace(/\/\/[^/]*@/, '//…@')
    throw invalid(shown, 'holds credentials; leave them out and name them by HEADWATER_SOURCE_SECRET')
  }
  return value
}

/** A branch's name. Pure. */
export function branch(value: string): string {
  const isRef =
    /^[^-\s~^:?*[\\][^\s~^:?*[\\]*$/.test(value) &&
    !value.includes('..') &&
    !/(^|\/)\.|\/$|\.lock$/.test(value)
  if (!isRef || hasControl(value)) throw invalid(value, 'is no branch; write its name alone, like main')
  return value
}

/** A folder of the repository. Pure. */
export function sourcePath(value: string): string {
  const isOutside = value.split('/').includes('..') || value.startsWith('/')
  if (isOutside || value.includes('\\') || hasControl(value)) {
    throw invalid(value, 'is no folder of the repository; write it from its root, like ./clusters/production')
  }
  return value
}

/** A reference to a secret; never shown, as it may be the secret itself. Pure. */
export function secretReference(value: string): string {
  // Never the value: who mistakes this setting for the secret itself would find it in a log.
  if (!secretReferencePattern.test(value)) {
    throw stalled(
      'InvalidSetting',
      'the value (not shown) is no reference to a secret; write env://NAME, file:///path, aws-sm://id#key, aws-ssm:///name or azure-kv://vault/name',
    )
  }
  return value
}

/** Ids and roles by commas; ids in lower case, as Entra writes them. Pure. */
export function callers(value: string): string {
  const names = value.split(',').map((name) => name.trim())
  const wrong = names.find(
    (name) => !/^(role:[\w.-]{1,120}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(name),
  )
  if (wrong !== undefined)
    throw invalid(wrong, 'is no caller; write the id of an application or a person, or role:NAME, by commas')
  return names.map((name) => (name.startsWith('role:') ? name : name.toLowerCase())).join(',')
}

/** A controller's name. Pure. */
export function controllerId(value: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(value)) {
    throw invalid(value, 'is no controller id; use lower-case letters, digits and "-", at most 40')
  }
  return value
}

const leastIntervalMs = 1000

/** A duration of at least a second. Pure. */
export function interval(value: string): string {
  if (parseDuration(value) < leastIntervalMs) throw invalid(value, 'is too short; 1s is the least')
  return value
}

/** A duration that a step may hold an object. Pure. */
export function lease(value: string): string {
  const isUsable = parseDuration(value) >= 500 && parseDuration(value) <= 15 * 60_000
  if (!isUsable) throw invalid(value, 'is no lease; write 500ms to 15m')
  return value
}

/** One of a list of words. Pure. */
export function oneOf(allowed: readonly string[]) {
  return (value: string): string => {
    if (!allowed.includes(value)) throw invalid(value, `is not known; allowed: ${allowed.join(', ')}`)
    return value
  }
}

function hasControl(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(value)
}

/** Hosts separated by commas. */
export function hostsIn(value: string): string[] {
  return value
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
}

/** Hosts of registries, separated by commas. */
export function registries(value: string): string {
  const wrong = hostsIn(value).find((host) => !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/.test(host))
  if (wrong !== undefined) throw invalid(wrong, 'is no host of a registry; write it like mcr.microsoft.com')
  return value
}
