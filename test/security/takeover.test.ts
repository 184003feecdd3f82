import { CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lookAt } from '../support/cloud-look.ts'
import type { CloudLook } from '../support/cloud-look.ts'
import { stackFiles } from '../support/harness.ts'
import { createSandboxFleet } from '../support/sandbox-fleet.ts'
import type { SandboxFleet } from '../support/sandbox-fleet.ts'

const minute = 60_000
const web = 'CloudFormationStack/eu/web'
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const theirs = JSON.stringify({ Resources: { Theirs: { Type: 'AWS::SNS::Topic' } } })

let fleet: SandboxFleet
let look: CloudLook
beforeEach(async () => {
  fleet = await createSandboxFleet()
  look = lookAt(fleet.sandbox.url)
})
afterEach(async () => {
  look.close()
  await fleet.close()
})

const mutations = () => fleet.sandbox.calls.counts({ service: 'cloudformation', mutating: true }).total

const foreign = [
  { name: 'without a mark', Tags: [] },
  { name: 'of another controller', Tags: [{ Key: 'headwater:owner', Value: 'other/eu/web' }] },
  { name: 'of another object of ours', Tags: [{ Key: 'headwater:owner', Value: 'test/eu/api' }] },
  { name: 'whose mark only begins like ours', Tags: [{ Key: 'headwater:owner', Value: 'test/eu/web2' }] },
]
it.each(foreign)(
  'S17 a stack $name is neither changed nor, when its document leaves, deleted',
  async ({ Tags }) => {
    await look.client.send(new CreateStackCommand({ StackName: 'web', TemplateBody: theirs, Tags }))
    fleet.clock.advance(10 * minute)
    fleet.sandbox.calls.clear()
    const extra = 'deletionPolicy: Delete'
    fleet.repository.commit({
      ...stackFiles('web', { extra }),
      ...stackFiles('b', { extra: 'suspend: true' }),
    })
    await fleet.run(5 * minute)
    expect(await fleet.ready(web)).toMatch(/^False: stack web (carries no|belongs to)/)
    fleet.repository.commit(stackFiles('b', { extra: 'suspend: true' }))
    await fleet.run(5 * minute)
    expect(await fleet.record(web)).toBeUndefined()
    expect((await look.stacks()).get('web')?.StackStatus).toBe('CREATE_COMPLETE')
    expect(await look.template('web')).toBe(theirs)
    expect(mutations()).toBe(0)
  },
)

it('S18 a service role that sticks to the stack is compared every time, never silently used', async () => {
  fleet.repository.commit(stackFiles('web', { extra: `roleArn: ${role('admin')}` }))
  await fleet.run(10 * minute)
  expect((await look.stacks()).get('web')?.RoleARN).toBe(role('admin'))

  const others = [
    { description: 'by somebody without that role' },
    { description: 'by another role', extra: `roleArn: ${role('narrow')}` },
  ]
  for (const other of others) {
    fleet.sandbox.calls.clear()
    fleet.repository.commit(stackFiles('web', other))
    await fleet.run(10 * minute)
    expect(await fleet.ready(web)).toMatch(/^False: .*role\/admin, the document says/)
    expect(mutations()).toBe(0)
  }
})

it('S19 a role is assumed with the external id of its document, and with no other', async () => {
  const { url } = fleet.sandbox
  const rule = { roleArn: role('deploy'), externalId: 'ours-4711' }
  await fetch(`${url}/_sandbox/role`, { method: 'POST', body: JSON.stringify(rule) })
  const deployAs = (externalId: string) => `deployAs: {roleArn: "${role('deploy')}"${externalId}}`
  fleet.repository.commit({
    ...stackFiles('web', { extra: deployAs(', externalId: ours-4711') }),
    ...stackFiles('wrong', { extra: deployAs(', externalId: ours-0815') }),
    ...stackFiles('none', { extra: deployAs('') }),
  })
  await fleet.run(10 * minute)
  expect(await fleet.ready(web)).toMatch(/^True/)
  expect(await fleet.ready('CloudFormationStack/eu/wrong')).toMatch(/^False: .*not authorized.*AssumeRole/)
  expect(await fleet.ready('CloudFormationStack/eu/none')).toMatch(/^False: .*not authorized.*AssumeRole/)
  expect([...(await look.stacks()).keys()]).toEqual(['web'])
})
