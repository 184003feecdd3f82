import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type ArmProblem,
  type GivenParameter,
  type Plan,
  type Surroundings,
  parseArmTemplate,
  planDeployment,
  validateArmTemplate,
} from '../../src/template/arm/index.ts'
import type { BicepChild, Snapshot, SnapshotPlace } from './bicep-child.ts'
import { bicepLiteral, plausibleParameters } from './plausible.ts'

const subscriptionId = '11111111-2222-3333-4444-555555555555'
const tenantId = '99999999-2222-3333-4444-555555555555'
const group = 'plan'
const location = 'westeurope'

/** One template in the eyes of both engines. */
export interface BothPlans {
  /** Absent where Microsoft's engine refuses the template. */
  readonly theirs?: Snapshot
  readonly refusal?: string
  readonly ours: Plan
  readonly validation: readonly ArmProblem[]
}

/** Plans a template of ARM JSON with both engines: same place, same plausible parameters. */
export async function bothPlans(bicep: BicepChild, text: string): Promise<BothPlans> {
  const { template, problems, locate } = parseArmTemplate(text)
  if (template === undefined) throw new Error(problems.map(({ message }) => message).join('; '))
  const values = plausibleParameters(template)
  const { place, surroundings } = placeOf(typeof template['$schema'] === 'string' ? template['$schema'] : '')
  const given: Record<string, GivenParameter> = Object.fromEntries(
    Object.entries(values).map(([name, { value }]) => [name, { value }]),
  )
  const ours = planDeployment({ template, parameters: given, surroundings, locate })
  const validation = validateArmTemplate({ template, parameters: given, surroundings, locate })
  const lines = Object.entries(values).map(([name, { value }]) => `param ${name} = ${bicepLiteral(value)}`)
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-arm-'))
  try {
    await writeFile(path.join(folder, 'main.json'), text)
    const file = path.join(folder, 'main.bicepparam')
    await writeFile(file, ["using './main.json'", ...lines].join('\n'))
    return { theirs: await bicep.snapshot(file, place), ours, validation }
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error), ours, validation }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A place of the kind that the template's schema names, in the words of both. */
function placeOf(schema: string): { place: SnapshotPlace; surroundings: Surroundings } {
  const common = { tenantId, deploymentName: 'main', location }
  const kind = /(subscription|managementGroup|tenant)DeploymentTemplate/i.exec(schema)?.[1]?.toLowerCase()
  if (kind === 'subscription')
    return {
      place: { ...common, subscriptionId },
      surroundings: { ...common, scope: { kind: 'subscription', subscriptionId } },
    }
  if (kind === 'managementgroup')
    return {
      place: { ...common, managementGroupId: group },
      surroundings: { ...common, scope: { kind: 'managementGroup', id: group } },
    }
  if (kind === 'tenant') return { place: common, surroundings: { ...common, scope: { kind: 'tenant' } } }
  return {
    place: { ...common, subscriptionId, resourceGroup: group },
    surroundings: {
      ...common,
      scope: { kind: 'resourceGroup', subscriptionId, resourceGroup: group },
      resourceGroup: (subscription, name) =>
        subscription === subscriptionId && name === group ? { location } : undefined,
    },
  }
}
