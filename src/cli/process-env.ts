/**
 * Puts the AWS settings of an environment where the SDKs look for them, in place of all that is there: they read the
 * process's own. Needed by the demo, whose endpoint and made-up credentials stand in no shell; what a person has set
 * there (an endpoint for one service, a profile) must not lead a call out of the demo.
 */
export function replaceAwsEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) delete process.env[name]
  }
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('AWS_') && value !== undefined) process.env[name] = value
  }
}
