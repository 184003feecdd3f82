import { parseArmTemplate } from '../arm/index.ts'

/** Names of the parameters that an ARM JSON template declares; none where it does not parse. */
export function templateParameters(text: string): string[] {
  const parameters = parseArmTemplate(text).template?.['parameters']
  return typeof parameters === 'object' && parameters !== null ? Object.keys(parameters) : []
}
