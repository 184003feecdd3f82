import * as z from 'zod'
import type { Scope } from '../../../template/arm/index.ts'
import type { Process } from '../../timeline.ts'
import { keyOf, parseResourceId, placeOf as placeOfId } from '../ids.ts'
import type { ControlCommand } from '../../control-commands.ts'
import { controlCommand } from '../section.ts'
import type { DeploymentEngine } from './engine.ts'
import type { Deployment } from './model.ts'
import { isActive, moveTo } from './model.ts'
import { placeOfScope } from './place.ts'
import { planDeployment } from './plan.ts'
import { stopDeployment } from './stop.ts'

const id = z
  .string()
  .describe('/subscriptions/S/resourceGroups/G/providers/Microsoft.Resources/deployments/N')

/** What the control endpoint can be told of deployments. */
export function deploymentCommands(engine: DeploymentEngine): Record<string, ControlCommand<unknown>> {
  const need = (of: string): Deployment => {
    const found = engine.book.get(of)
    if (found === undefined) throw new Error(`there is no deployment ${of}`)
    return found
  }
  return {
    'foreign-deployment': controlCommand(
      'somebody else deploys under a name, which keeps it busy for `ms`',
      z.strictObject({ id, ms: z.number().min(0), location: z.string().default('westus') }),
      (body) => startForeign(engine, body),
    ),
    'cancel-deployment': controlCommand(
      'somebody else cancels a deployment that runs',
      z.strictObject({ id }),
      (body) => {
        const deployment = need(body.id)
        if (!isActive(deployment))
          throw new Error(`${body.id} does not run: it is ${deployment.progress.state}`)
        stopDeployment(engine, deployment)
      },
    ),
    'deployment-state': controlCommand(
      'a deployment looks like this state, whatever it is; without `state` as it is',
      z.strictObject({ id, state: z.string().optional() }),
      (body) => {
        const deployment = need(body.id)
        if (body.state === undefined) delete deployment.pretended
        else deployment.pretended = body.state
      },
    ),
    'text-answers': controlCommand(
      'a provider refuses in a form of its own: a deployment tells it as text of JSON in the message',
      z.strictObject({ id: z.string().optional(), type: z.string().optional() }),
      (body) => {
        if (body.id !== undefined) engine.textAnswers.add(keyOf(body.id))
        if (body.type !== undefined) engine.textAnswers.add(body.type.toLowerCase())
      },
    ),
    'deployment-history': controlCommand(
      'how many deployments a scope keeps: never more than `limit`; above `groomAbove` the oldest go down to `groomedTo`, null: never',
      z.strictObject({
        limit: z.int().min(1),
        groomAbove: z.int().min(1).nullable().default(null),
        groomedTo: z.int().min(0).default(0),
      }),
      ({ limit, groomAbove, groomedTo }) => {
        engine.book.limits = { limit, groomAbove: groomAbove ?? undefined, groomedTo }
      },
    ),
  }
}

const emptyTemplate = {
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources: [],
}

function startForeign(
  engine: DeploymentEngine,
  { id: idText, ms, location }: { id: string; ms: number; location: string },
): void {
  const { world, book } = engine
  const parsed = parseResourceId(idText)
  if (parsed === undefined) throw new Error(`${idText} is no deployment's id`)
  const place = placeOfScope(scopeOfId(parsed.scope))
  book.needIdle(idText, parsed.name)
  const stranger = world.random.uuid()
  const request = {
    place,
    name: parsed.name,
    ...(place.scope.kind === 'resourceGroup' ? {} : { location }),
    mode: 'Incremental' as const,
    template: emptyTemplate,
    parameters: {},
    apiVersion: '2025-04-01',
    caller: { tenantId: world.tenantId, objectId: stranger, clientId: stranger },
    correlationId: world.random.uuid(),
  }
  const deployment = engine.enter(request, planDeployment(world, request))
  moveTo(deployment, { state: 'Running', changedAtMs: world.now() })
  world.timeline.start(foreign(engine, deployment, ms))
}

function* foreign({ world }: DeploymentEngine, deployment: Deployment, ms: number): Process {
  yield { sleepMs: ms }
  if (!isActive(deployment)) return
  moveTo(deployment, { state: 'Succeeded', changedAtMs: world.now(), outputResources: [] })
}

/** The scope that an id's beginning names. */
export function scopeOfId(text: string): Scope {
  const { subscriptionId, resourceGroup } = placeOfId(text)
  if (subscriptionId !== undefined && resourceGroup !== undefined) {
    return { kind: 'resourceGroup', subscriptionId, resourceGroup }
  }
  if (subscriptionId !== undefined) return { kind: 'subscription', subscriptionId }
  const [, group] = /^\/providers\/Microsoft\.Management\/managementGroups\/([^/]+)/i.exec(text) ?? []
  return group === undefined ? { kind: 'tenant' } : { kind: 'managementGroup', id: group }
}
