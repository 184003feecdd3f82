import { stalled } from '../api/errors.ts'

/**
 * `env://NAME`. The controller's own credentials (`AWS_…`, `AZURE_…`) are refused: whoever may write a manifest could
 * otherwise have them sent to a host of their choice. An empty variable counts as missing, as an empty secret protects
 * nothing.
 */
export function readEnvSecret(
  env: Readonly<Record<string, string | undefined>>,
  reference: string,
  name: string,
): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw stalled('InvalidReference', `"${reference}" names no environment variable; write env://NAME`)
  if (/^(AWS|AZURE)_/i.test(name))
    throw stalled(
      'InvalidReference',
      `"${reference}" is a credential of the controller itself; use another variable`,
    )
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined || value === '')
    throw stalled('SecretNotFound', `"${reference}": the environment variable ${name} is not set or empty`)
  return value
}
