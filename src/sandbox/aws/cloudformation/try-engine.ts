import { loadResourceFacts } from '../../../template/cloudformation/spec-facts.ts'
import { type CloudFormationEngine, ApiError, createCloudFormationEngine } from './engine.ts'

/** What an action answers; tests look into it freely. */
export interface Answer {
  [member: string]: Answer & string & boolean & Answer[]
}

/** An engine on a clock that only the test moves, and words for what tests ask again and again. */
export interface Trial {
  engine: CloudFormationEngine
  /** Templates behind URLs. */
  templates: Map<string, string>
  call: (action: string, input?: Record<string, unknown>) => Promise<Answer>
  /** The error's `Code: message`. */
  refusal: (action: string, input?: Record<string, unknown>) => Promise<string>
  /** Lets time pass. */
  pass: (ms: number) => void
  /** Lets everything happen, and answers the stack's status. */
  settled: (stackName: string) => Promise<string>
  /** A stack as DescribeStacks has it. */
  stack: (stackName: string) => Promise<Answer>
  /** Events, oldest first: `Logical STATUS`, or `Logical STATUS [reason]`. The stack itself is `.`. */
  events: (stackName: string) => Promise<string[]>
  /** Creates a stack and lets it settle; the status. */
  create: (stackName: string, template: unknown, more?: Record<string, unknown>) => Promise<string>
  /** Updates a stack and lets it settle; the status. */
  update: (stackName: string, template: unknown, more?: Record<string, unknown>) => Promise<string>
  /** Makes a change set, lets it settle and describes it. */
  changeSet: (stackName: string, template: unknown, more?: Record<string, unknown>) => Promise<Answer>
}

const HOUR_MS = 3_600_000

/** Loaded once for all of a file's trials. */
const facts = await loadResourceFacts()

/** An empty engine in eu-west-1 of account 123456789012. */
export function tryEngine(options: { speed?: number; seed?: number } = {}): Trial {
  const start = Date.parse('2026-01-01T00:00:00Z')
  let nowMs = start
  let state = options.seed ?? 7
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return state / 0x8000_0000
  }
  const templates = new Map<string, string>()
  const engine = createCloudFormationEngine({
    clock: { now: () => nowMs, sleep: async () => {} },
    random: {
      next,
      uuid: () =>
        'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(next() * 16).toString(16)),
    },
    speed: options.speed ?? 1,
    facts,
    fetchTemplate: (url) => Promise.resolve(templates.get(url)),
  })
  const context = {
    account: '123456789012',
    region: 'eu-west-1',
    principalArn: 'arn:aws:iam::123456789012:user/ana',
    requestId: 'test',
  }

  async function call(action: string, input: Record<string, unknown> = {}): Promise<Answer> {
    // What crosses the wire is text: a Date becomes ISO 8601, what is undefined is not there.
    return JSON.parse(JSON.stringify(await engine.handle(action, input, context))) as Answer
  }
  const trial: Trial = {
    engine,
    templates,
    call,
    async refusal(action, input) {
      try {
        await call(action, input)
      } catch (error) {
        if (error instanceof ApiError) return `${error.code}: ${error.message}`
        throw error
      }
      throw new Error(`${action} was not refused`)
    },
    pass(ms) {
      nowMs += ms
    },
    async settled(stackName) {
      nowMs += 24 * HOUR_MS
      const { StackStatus: status } = await trial.stack(stackName)
      return String(status)
    },
    async stack(stackName) {
      const [stack] = (await call('DescribeStacks', { StackName: stackName }))['Stacks'] ?? []
      if (stack === undefined) throw new Error(`no stack ${stackName}`)
      return stack
    },
    async events(stackName) {
      const lines: string[] = []
      let token: string | undefined
      do {
        const page = await call('DescribeStackEvents', {
          StackName: stackName,
          ...(token === undefined ? {} : { NextToken: token }),
        })
        for (const event of page['StackEvents'] ?? []) lines.push(eventLine(event))
        token = page['NextToken']
      } while (token !== undefined)
      return lines.toReversed()
    },
    async create(stackName, template, more = {}) {
      const { StackId: id } = await call('CreateStack', { StackName: stackName, ...body(template), ...more })
      return await trial.settled(String(id))
    },
    async update(stackName, template, more = {}) {
      await call('UpdateStack', { StackName: stackName, ...body(template), ...more })
      return await trial.settled(stackName)
    },
    async changeSet(stackName, template, more = {}) {
      const { IncludePropertyValues: values, ...request } = more
      const { Id: id } = await call('CreateChangeSet', {
        StackName: stackName,
        ChangeSetName: `set-${state}`,
        ...body(template),
        ...request,
      })
      nowMs += 60_000
      return await call('DescribeChangeSet', {
        ChangeSetName: id,
        ...(values === undefined ? {} : { IncludePropertyValues: values }),
      })
    },
  }
  return trial
}

function body(template: unknown): Record<string, unknown> {
  if (template === undefined) return {}
  return { TemplateBody: typeof template === 'string' ? template : JSON.stringify(template) }
}

function eventLine(event: Answer): string {
  const own = event['PhysicalResourceId'] === event['StackId']
  const reason =
    event['ResourceStatusReason'] === undefined ? '' : ` [${String(event['ResourceStatusReason'])}]`
  return `${own ? '.' : String(event['LogicalResourceId'])} ${String(event['ResourceStatus'])}${reason}`
}

/** A template of SNS topics; each value is the topic's properties. */
export function topics(resources: Record<string, Record<string, unknown>>): Record<string, unknown> {
  return {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, properties]) => [
        id,
        { Type: 'AWS::SNS::Topic', Properties: properties },
      ]),
    ),
  }
}

/** An SSM parameter with a value, as a template's resource. */
export function ssm(value: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value }, ...more }
}

/** Changes by logical id, as DescribeChangeSet answers them. */
export function changesOf(set: Answer): Record<string, Answer> {
  return Object.fromEntries(
    (set['Changes'] ?? []).map((change) => [
      String(change['ResourceChange']['LogicalResourceId']),
      change['ResourceChange'],
    ]),
  )
}
