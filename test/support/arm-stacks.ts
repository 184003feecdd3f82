import type { JsonObject } from '../../src/sandbox/azure/json.ts'
import type { ArmGround, ArmReply } from './arm-ground.ts'
import { objectOf, subscription } from './arm-ground.ts'

/** The stack of these tests, below the subscription. */
export const stackPath = '/resourcegroups/rg/providers/Microsoft.Resources/deploymentStacks/app'
/** Its id. */
export const stackId = `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/deploymentStacks/app`

/** The id of a resource in its group. */
export const idOf = (type: string, name: string): string =>
  `${subscription}/resourceGroups/rg/providers/${type}/${name}`

/** The id of a network security group in its group. */
export const netId = (name: string): string => idOf('Microsoft.Network/networkSecurityGroups', name)

/** The status and the error's code of an answer. */
export const codeOf = ({ status, body }: ArmReply): unknown[] => [status, objectOf(body['error'])['code']]

/** What tests of stacks do all the time. */
export interface StackCalls {
  put(
    template: unknown,
    more?: Record<string, unknown>,
    at?: string,
    around?: Record<string, unknown>,
  ): Promise<ArmReply>
  /** Puts the stack, waits until it is done, and answers its properties. */
  deploy(template: unknown, more?: Record<string, unknown>): Promise<JsonObject>
  state(): Promise<unknown>
}

/** Calls about the stack of these tests: it detaches and denies nothing, unless `more` says so. */
export function stackCalls(ground: ArmGround): StackCalls {
  const put: StackCalls['put'] = (template, more = {}, at = stackPath, around = {}) =>
    ground.call('PUT', at, {
      ...around,
      properties: {
        template,
        actionOnUnmanage: { resources: 'detach' },
        denySettings: { mode: 'None' },
        ...more,
      },
    })
  return {
    put,
    async deploy(template, more = {}) {
      const answer = await put(template, more)
      if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
      ground.clock.advance(600_000)
      return ground.properties(stackPath)
    },
    state: async () => (await ground.properties(stackPath))['provisioningState'],
  }
}
