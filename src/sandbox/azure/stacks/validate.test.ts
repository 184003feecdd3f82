import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from '../../../../test/support/arm-ground.ts'
import { account, createArmGround, nsg, templateOf } from '../../../../test/support/arm-ground.ts'
import type { StackCalls } from '../../../../test/support/arm-stacks.ts'
import { codeOf, netId, stackCalls, stackId, stackPath } from '../../../../test/support/arm-stacks.ts'

const minute = 60_000
const remove = { resources: 'delete', resourceGroups: 'delete', managementGroups: 'delete' }

describe('stacks before they are', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg', 'West Europe')
  })
  afterEach(() => ground.close())

  const put: StackCalls['put'] = (...args) => stackCalls(ground).put(...args)
  const deploy: StackCalls['deploy'] = (...args) => stackCalls(ground).deploy(...args)
  const state = () => stackCalls(ground).state()

  describe('validate', () => {
    const validate = async (template: unknown, more: Record<string, unknown> = {}) => {
      const { status, headers, body } = await ground.call('POST', `${stackPath}/validate`, {
        properties: { template, actionOnUnmanage: remove, denySettings: { mode: 'none' }, ...more },
      })
      expect([status, body]).toEqual([202, {}])
      const location = headers.get('location') ?? ''
      expect(location).toMatch(
        /\/locations\/westeurope\/deploymentStackOperationResults\/[\w-]+\?api-version=2024-03-01&t=/,
      )
      const early = await ground.call('GET', location)
      expect([early.status, early.headers.get('location')]).toEqual([202, null])
      ground.clock.advance(15_000)
      return ground.call('GET', location)
    }

    it('tells at the poll how the stack would be asked for', async () => {
      const template = templateOf([nsg('one')], { parameters: { Foo: { type: 'string' } } })
      const { status, body } = await validate(template, { parameters: { Foo: { value: 'abc' } } })
      expect(status).toBe(200)
      expect(body).toEqual({
        properties: {
          validatedResources: [{ id: netId('one') }],
          actionOnUnmanage: { resources: 'Delete', resourceGroups: 'Delete', managementGroups: 'Delete' },
          denySettings: { mode: 'None', applyToChildScopes: false },
          parameters: { foo: { type: 'String', value: 'abc' } },
          correlationId: expect.any(String),
        },
        id: stackId,
        type: 'Microsoft.Resources/deploymentStacks',
        name: 'app',
      })
      expect((await ground.call('GET', stackPath)).status).toBe(404)
    })

    it('tells at the poll, as a 400, what is wrong', async () => {
      const { status, body } = await validate(templateOf([account("[nothing('x')]")]))
      expect(status).toBe(400)
      expect(body).toMatchObject({ error: { code: 'InvalidTemplate' }, properties: {} })
    })
  })

  describe('misbehaviour', () => {
    it.each([
      'creating',
      'validating',
      'waiting',
      'deploying',
      'canceling',
      'updatingDenyAssignments',
      'deletingResources',
      'deleting',
      'Initializing',
      'hibernating',
    ])('sticks in %s', async (stuck) => {
      await deploy(templateOf([nsg('one')]))
      await ground.control('stack-state', { id: stackId, state: stuck })
      ground.clock.advance(24 * 60 * minute)
      expect(await state()).toBe(stuck)
      expect(codeOf(await put(templateOf([])))).toEqual([409, 'DeploymentStackInNonTerminalState'])
      await ground.control('stack-state', { id: stackId })
      expect(await state()).toBe('succeeded')
      expect((await put(templateOf([]))).status).toBe(200)
    })

    it('is out of sync, and needs the bypass', async () => {
      await deploy(templateOf([nsg('one')]))
      await ground.control('stack-out-of-sync', { id: stackId })
      expect(codeOf(await put(templateOf([])))).toEqual([409, 'DeploymentStackOutOfSync'])
      expect(codeOf(await ground.call('DELETE', stackPath))).toEqual([409, 'DeploymentStackOutOfSync'])
      expect(await deploy(templateOf([nsg('one')]), { bypassStackOutOfSyncError: true })).toMatchObject({
        provisioningState: 'succeeded',
      })
      expect((await put(templateOf([]))).status).toBe(200)
    })

    it('is read as of a while ago', async () => {
      await deploy(templateOf([nsg('one')]))
      await ground.control('stale-reads', { lagMs: 11 * minute, forMs: minute })
      expect((await ground.call('GET', stackPath)).status).toBe(404)
      ground.clock.advance(2 * minute)
      expect(await state()).toBe('succeeded')
    })
  })
})
