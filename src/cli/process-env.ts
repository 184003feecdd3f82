/**
 * Puts the AWS settings of an environment where the SDKs look for them: they read the process's own. Needed when a
 * command follows a demo, whose endpoint and made-up credentials stand in no shell.
 */
export function adoptEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('AWS_') && value !== undefined) process.env[name] = value
  }
}
