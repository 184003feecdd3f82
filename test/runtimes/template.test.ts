import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { settingTable } from '../../src/compose/setting-table.ts'
import { tableDefinition } from '../../src/store/dynamodb-table.ts'
import { parseTemplate } from '../../src/template/cloudformation/parse.ts'

type Fields = Record<string, unknown>

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const template = parseTemplate(read('infra/aws/headwater.yaml')).value
const resources = template['Resources'] as Record<string, { Type: string; Properties: Fields }>
const serverless = parse(read('serverless.yml'), { logLevel: 'silent' }) as Fields

function propertiesOf(id: string): Fields {
  const resource = resources[id]
  if (resource === undefined) throw new Error(`the template has no ${id}`)
  return resource.Properties
}

interface Statement {
  Sid?: string
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: unknown
}

/** Every statement of every policy that gives a role of the controller rights. */
function statements(all: typeof resources): Statement[] {
  return Object.values(all).flatMap(({ Type, Properties }) => {
    if (Type === 'AWS::IAM::ManagedPolicy') return statementsIn(Properties['PolicyDocument'])
    if (Type !== 'AWS::IAM::Role') return []
    const policies = (Properties['Policies'] ?? []) as { PolicyDocument: unknown }[]
    return policies.flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument))
  })
}

/** A document's statements; one that stands in an `Fn::If` counts as if it were there. */
function statementsIn(document: unknown): Statement[] {
  const list = (document as { Statement: unknown[] }).Statement
  return list.map((item) => {
    const choice = (item as Fields)['Fn::If'] as unknown[] | undefined
    return (choice === undefined ? item : choice[1]) as Statement
  })
}

/** Rights on everything, with the reason. */
const everything: Record<string, string> = {
  'cloudformation:DescribeStackDriftDetectionStatus':
    'asked by the id of a detection; AWS knows no narrower resource',
}

const actionsOf = ({ Action }: Statement) => [Action].flat()

/** What is too broad in a statement. */
function breadthOf(statement: Statement): string[] {
  const resource = JSON.stringify(statement.Resource)
  const passed = JSON.stringify(statement.Condition ?? {})
  return actionsOf(statement).flatMap((action) => {
    if (action.includes('*')) return [`${action}: name the actions`]
    const isEverything = resource === '"*"' || resource.includes('["*"]')
    if (isEverything && !Object.hasOwn(everything, action)) return [`${action}: on every resource`]
    if (action.startsWith('cloudformation:') && !isEverything && !isStackPrefix(resource))
      return [`${action}: not limited to the stacks' prefix`]
    if (action === 'iam:PassRole' && !passed.includes('"iam:PassedToService":"cloudformation.amazonaws.com"'))
      return [`${action}: to any service`]
    return []
  })
}

const isStackPrefix = (resource: string) =>
  resource.includes(':stack/${StackNamePrefix}*/*') && !resource.includes(':stack/*')

describe('the rights of the controller', () => {
  it('S20 are no broader than the list of exceptions', () => {
    const all = statements(resources)
    expect(all.length).toBeGreaterThan(8)
    expect(all.flatMap(breadthOf)).toEqual([])
  })

  const prefix = { 'Fn::Sub': 'arn:${AWS::Partition}:cloudformation:*:1:stack/${StackNamePrefix}*/*' }
  const broad: { name: string; statement: Statement; want: string }[] = [
    {
      name: 'all actions of a service',
      statement: { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/*' },
      want: 's3:*: name the actions',
    },
    {
      name: 'every resource',
      statement: { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: '*' },
      want: 'sqs:SendMessage: on every resource',
    },
    {
      name: 'every stack',
      statement: {
        Effect: 'Allow',
        Action: 'cloudformation:DeleteStack',
        Resource: [prefix, 'arn:aws:cloudformation:*:1:stack/*/*'],
      },
      want: "cloudformation:DeleteStack: not limited to the stacks' prefix",
    },
    {
      name: 'passing a role to anybody',
      statement: { Effect: 'Allow', Action: 'iam:PassRole', Resource: 'arn:aws:iam::1:role/deploy' },
      want: 'iam:PassRole: to any service',
    },
  ]
  it.each(broad)('would be told if they were: $name', ({ statement, want }) => {
    expect(breadthOf(statement)).toEqual([want])
  })

  it('are those that the code asks for', () => {
    const given = new Set(statements(resources).flatMap(actionsOf))
    const asked = [
      ...calls('src/target/cloudformation/sdk.ts', 'cloudformation'),
      ...calls('src/store/dynamodb-record.ts', 'dynamodb'),
      ...calls('src/store/dynamodb-history.ts', 'dynamodb'),
      ...calls('src/store/dynamodb-call.ts', 'dynamodb'),
    ]
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((action) => !given.has(action))).toEqual([])
    // Asked for by CloudFormation on our behalf: tags of a stack, drift of its resources.
    const indirect = ['TagResource', 'UntagResource', 'DetectStackResourceDrift']
    const unused = [...given]
      .filter((action) => /^(cloudformation|dynamodb):/.test(action))
      .filter((action) => !asked.includes(action) && !indirect.includes(action.split(':')[1] ?? ''))
    expect(unused).toEqual([])
  })

  it('of the function with a public url hold nothing of CloudFormation and no git credentials', () => {
    const marker = statementsIn(policyOf('MarkerRole'))
    expect(marker.flatMap(actionsOf)).toEqual(['secretsmanager:GetSecretValue', 'ssm:GetParameter'])
    expect(JSON.stringify(marker[0]?.Resource)).not.toContain('${SecretPrefix}*')
    const roles = ['Schedule', 'Webhook', 'Events', 'Sync'].map(
      (name) => resources[`${name}LambdaFunction`]?.Properties['Role'],
    )
    expect(roles).toEqual(roles.map(() => ({ 'Fn::GetAtt': ['MarkerRole', 'Arn'] })))
  })
})

function policyOf(role: string): unknown {
  const [policy] = (resources[role]?.Properties['Policies'] ?? []) as { PolicyDocument: unknown }[]
  return policy?.PolicyDocument
}

/** The actions that a driver's SDK commands need. */
function calls(path: string, service: string): string[] {
  const names = [...read(path).matchAll(/new (\w+)Command\(/g)].map(([, name]) => `${service}:${name ?? ''}`)
  return [...new Set(names)]
}

describe('the template', () => {
  it('has the table that the store writes to', () => {
    const { TableName: _name, ...definition } = tableDefinition('any')
    const table = resources['Table']?.Properties
    expect(table).toMatchObject(definition)
    expect(table?.['TimeToLiveSpecification']).toEqual({ AttributeName: 'expiresAt', Enabled: true })
  })

  it('sets only settings that there are, the same for every function', () => {
    const known = new Set<string>(Object.values(settingTable).map(({ variable }) => variable))
    const functions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Function')
    const environments = functions.map(({ Properties }) => Properties['Environment'])
    expect(environments).toHaveLength(5)
    expect(environments).toEqual(environments.map(() => environments[0]))
    const { Variables } = environments[0] as { Variables: Fields }
    expect(Object.keys(Variables).filter((name) => !known.has(name))).toEqual([])
  })

  it('is within the size that CloudFormation takes in a request', () => {
    expect(Buffer.byteLength(read('infra/aws/headwater.yaml'))).toBeLessThan(51_200)
  })
})

describe('serverless.yml', () => {
  const theirs = serverless['resources'] as { Resources: Fields; Parameters: Fields }
  const madeByFramework = /(LambdaFunction|LogGroup)$/

  it('takes every resource of the template by its own name, but for the functions', () => {
    const wanted = Object.keys(resources).filter((name) => !madeByFramework.test(name))
    expect(theirs.Resources).toEqual(
      Object.fromEntries(
        wanted.map((name) => [name, `\${file(infra/aws/headwater.yaml):Resources.${name}}`]),
      ),
    )
  })

  it('has the parameters of the template, but for the code', () => {
    const wanted = Object.keys(template['Parameters'] as Fields).filter((name) => !name.startsWith('Code'))
    expect(Object.keys(theirs.Parameters)).toEqual(wanted)
    const params = (serverless['params'] as { default: Fields }).default
    const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
    expect(Object.keys(params).sort()).toEqual(wanted.map(lower).sort())
  })

  it('has the functions of the template, with the same roles, times and settings', () => {
    const functions = serverless['functions'] as Record<string, Fields>
    for (const [name, { handler, timeout, description, role }] of Object.entries(functions)) {
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`
      const properties = propertiesOf(id)
      const [roleName] = (properties['Role'] as { 'Fn::GetAtt': string[] })['Fn::GetAtt']
      expect({ handler, timeout, description, role }).toEqual({
        handler: `build/aws/${name}.handler`,
        timeout: properties['Timeout'],
        description: properties['Description'],
        role: `\${${roleName ?? ''}.Arn}`,
      })
    }
    const provider = serverless['provider'] as Fields
    const { Variables } = propertiesOf('SyncLambdaFunction')['Environment'] as { Variables: Fields }
    expect(Object.keys(provider['environment'] as Fields)).toEqual(Object.keys(Variables))
    expect([provider['runtime'], provider['memorySize']]).toEqual(['nodejs24.x', 512])
  })
})
