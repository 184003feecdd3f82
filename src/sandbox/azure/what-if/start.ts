import { readAt } from '../deployments/create.ts'
import type { DeploymentEngine } from '../deployments/engine.ts'
import type { DeploymentRequest } from '../deployments/model.ts'
import type { DeploymentPlan } from '../deployments/plan.ts'
import { resultsPath } from '../deployments/place.ts'
import { planDeployment } from '../deployments/plan.ts'
import { waitSeconds } from '../deployments/texts.ts'
import type { Process } from '../../timeline.ts'
import { ArmError, detailJson } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { member, objectMember, textMember } from '../json.ts'
import { jobName } from '../operations.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import type { ResultFormat } from './predict.ts'
import { changeBody, predictChanges } from './predict.ts'

// Recorded: done at the first poll, which comes after 15 seconds.
const lastingMs = 8000

// "What-if can expand up to 500 nested templates": deploy-what-if.md; what is left is Ignore.
const maxNested = 500

/** `POST …/whatIf`: 202 with a `Location`; the result, or what is wrong with the template, comes at the poll. */
export function startWhatIf(engine: DeploymentEngine, request: ArmRequest): ArmAnswer {
  const { world, book } = engine
  const { place, name, asked } = readAt(engine, request)
  book.makeRoom(place.prefix, name)
  const settings = objectMember(member(request.body, 'properties'), 'whatIfSettings')
  const format: ResultFormat =
    textMember(settings, 'resultFormat')?.toLowerCase() === 'resourceidonly'
      ? 'ResourceIdOnly'
      : 'FullResourcePayloads'
  const box: { result?: JsonObject } = {}
  world.timeline.start(predicting(engine, asked, format, box))
  const retryAfterSeconds = waitSeconds(world, 15)
  const url = world.operations.followLocation(
    request,
    {
      path: `${resultsPath(place)}/${whatIfJob(engine, asked)}`,
      apiVersion: request.apiVersion,
      signed: request.apiVersion >= '2023-01-01',
      retryAfterSeconds,
    },
    () => (box.result === undefined ? undefined : { status: 200, body: box.result }),
  )
  return { status: 202, headers: { location: url, 'retry-after': String(retryAfterSeconds) } }
}

function* predicting(
  engine: DeploymentEngine,
  asked: DeploymentRequest,
  format: ResultFormat,
  box: { result?: JsonObject },
): Process {
  const { world } = engine
  yield world.pause(lastingMs)
  try {
    const plan = planDeployment(world, asked, maxNested)
    const changes = predictChanges(engine, asked, plan, format).map((change) => changeBody(change))
    box.result = { status: 'Succeeded', properties: { changes, ...newerMembers(asked, plan) } }
  } catch (error) {
    if (!(error instanceof ArmError)) throw error
    box.result = { status: 'Failed', error: detailJson(error.detail) }
  }
}

/** What answers have since 2024: potential changes, and what the prediction could not look into. */
function newerMembers({ apiVersion }: DeploymentRequest, { skipped }: DeploymentPlan): JsonObject {
  if (apiVersion < '2024-07-01') return {}
  const diagnostics = skipped.map((target): Json => ({
    level: 'Warning',
    code: 'NestedDeploymentShortCircuited',
    message:
      'A nested deployment got short-circuited and all its resources got skipped from validation. This is due to a nested template having a parameter that was not fully evaluated (contains a reference() function).',
    target,
  }))
  return { potentialChanges: [], diagnostics }
}

/** `DeploymentWhatIfJob-<GROUP>-<NAME>-<GUID>`; what is no letter or digit is written as `:2D`. */
function whatIfJob({ world }: DeploymentEngine, { place, name, location }: DeploymentRequest): string {
  const { scope } = place
  const group = scope.kind === 'resourceGroup' ? scope.resourceGroup : ''
  const parts = [group, name, world.random.uuid()].map((part) => encoded(part.toUpperCase()))
  const live = scope.kind === 'resourceGroup' ? world.graph.get(place.prefix) : undefined
  return jobName(
    `DeploymentWhatIfJob-${parts.join('-')}`,
    location ?? textMember(live?.body, 'location') ?? 'westus',
  )
}

function encoded(text: string): string {
  return text.replaceAll(
    /[^A-Z0-9]/g,
    (character) => `:${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
