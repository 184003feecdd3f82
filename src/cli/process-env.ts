/** What the clouds' own SDKs read from the process: settings, profiles, endpoints, identities. */
const sdkVariable = /^(AWS|AZURE|IDENTITY|MSI)_/

/**
 * Puts the clouds' settings of an environment where their SDKs look for them, in place of all that is there: they read
 * the process's own. Needed by the demo, whose endpoints and made-up credentials stand in no shell; what a person has set
 * there (an endpoint for one service, a profile) must not lead a call out of the demo.
 */
export function replaceCloudEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) {
    if (sdkVariable.test(name)) delete process.env[name]
  }
  for (const [name, value] of Object.entries(env)) {
    if (sdkVariable.test(name) && value !== undefined) process.env[name] = value
  }
}
