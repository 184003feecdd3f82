import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from '../../../../test/support/arm-ground.ts'
import {
  createArmGround,
  nsg,
  subscription,
  objectOf,
  templateOf,
} from '../../../../test/support/arm-ground.ts'
import type { StackCalls } from '../../../../test/support/arm-stacks.ts'
import { codeOf, netId, stackCalls, stackId, stackPath } from '../../../../test/support/arm-stacks.ts'

const minute = 60_000

describe('stacks and others', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg', 'West Europe')
  })
  afterEach(() => ground.close())

  const deploy: StackCalls['deploy'] = (...args) => stackCalls(ground).deploy(...args)

  describe('deny settings', () => {
    const stranger = '11111111-2222-4333-8444-555555555555'
    const as = (principal: string) => ({ apiVersion: '2023-11-01', principal })
    const write = (principal: string, target = netId('one')) =>
      ground.call('PUT', target, { location: 'westeurope', properties: {} }, as(principal))

    it('keep others from deleting, or also from writing', async () => {
      await deploy(templateOf([nsg('one')]), { denySettings: { mode: 'denyDelete' } })
      expect((await write(stranger)).status).toBeLessThan(300)
      const refused = await ground.call('DELETE', netId('one'), undefined, as(stranger))
      expect(codeOf(refused)).toEqual([403, 'DenyAssignmentAuthorizationFailed'])
      expect(objectOf(refused.body['error'])['message']).toMatch(
        new RegExp(
          `^The client '${stranger}' with object id '${stranger}' has permission to perform action 'Microsoft.Network/networkSecurityGroups/delete' on scope '[^']+'; however, the access is denied because of the deny assignment with name 'Deny assignment '[\\da-f-]{36}' created by Deployment Stack '${stackId}'.'`,
        ),
      )
      // Deleting above it would take it along.
      const group = await ground.call('DELETE', '/resourcegroups/rg', undefined, {
        ...as(stranger),
        apiVersion: '2024-11-01',
      })
      expect(codeOf(group)).toEqual([403, 'DenyAssignmentAuthorizationFailed'])
      await deploy(templateOf([nsg('one')]), { denySettings: { mode: 'denyWriteAndDelete' } })
      expect(codeOf(await write(stranger))).toEqual([403, 'DenyAssignmentAuthorizationFailed'])
    })

    it('hold for deployments by others, not for the stack itself, and go with it', async () => {
      await deploy(templateOf([nsg('one')]), { denySettings: { mode: 'denyWriteAndDelete' } })
      const deployment = '/resourcegroups/rg/providers/Microsoft.Resources/deployments/other'
      const other = async () => {
        await ground.call('PUT', deployment, {
          properties: { mode: 'Incremental', template: templateOf([nsg('one')]) },
        })
        ground.clock.advance(minute)
        return ground.properties(deployment)
      }
      expect(await other()).toMatchObject({
        provisioningState: 'Failed',
        error: { details: [{ code: 'DenyAssignmentAuthorizationFailed' }] },
      })
      expect(
        await deploy(templateOf([nsg('one', { tags: { a: 'b' } })]), {
          denySettings: { mode: 'denyWriteAndDelete' },
        }),
      ).toMatchObject({ provisioningState: 'succeeded' })
      await ground.call('DELETE', stackPath)
      expect(await other()).toMatchObject({ provisioningState: 'Succeeded' })
    })

    it('never reach below a group', async () => {
      const at = `${subscription}/providers/Microsoft.Resources/deploymentStacks/all`
      const group = {
        type: 'Microsoft.Resources/resourceGroups',
        apiVersion: '2022-09-01',
        name: 'fresh',
        location: 'westus',
      }
      await ground.call('PUT', at, {
        location: 'westus',
        properties: {
          template: templateOf([group]),
          actionOnUnmanage: { resources: 'detach' },
          denySettings: { mode: 'denyWriteAndDelete', applyToChildScopes: true },
        },
      })
      ground.clock.advance(minute)
      expect(await ground.properties(at)).toMatchObject({ resources: [{ denyStatus: 'inapplicable' }] })
      const inside = '/resourcegroups/fresh/providers/Microsoft.Network/networkSecurityGroups/net'
      expect((await write(stranger, inside)).status).toBeLessThan(300)
      const whole = await ground.call('DELETE', '/resourcegroups/fresh', undefined, {
        ...as(stranger),
        apiVersion: '2024-11-01',
      })
      expect(codeOf(whole)).toEqual([403, 'DenyAssignmentAuthorizationFailed'])
    })

    it('leave out the principals and actions that they name, and reach children if they are told to', async () => {
      const settings = {
        mode: 'denyWriteAndDelete',
        excludedPrincipals: [stranger],
        excludedActions: ['Microsoft.Network/networkSecurityGroups/del*'],
        applyToChildScopes: true,
      }
      await deploy(templateOf([nsg('one')]), { denySettings: settings })
      const nobody = '99999999-2222-4333-8444-555555555555'
      expect((await write(stranger)).status).toBeLessThan(300)
      expect(codeOf(await write(nobody))).toEqual([403, 'DenyAssignmentAuthorizationFailed'])
      expect(codeOf(await write(nobody, `${netId('one')}/securityRules/r`))).toEqual([
        403,
        'DenyAssignmentAuthorizationFailed',
      ])
      expect((await ground.call('DELETE', netId('one'), undefined, as(nobody))).status).toBeLessThan(300)
    })
  })
})
