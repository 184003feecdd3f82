import * as z from 'zod'

/** Something that a control endpoint can be told: `POST /_sandbox/<name>` with a body of this schema. */
export interface ControlCommand<Parts> {
  does: string
  schema: z.ZodType
  run(parts: Parts, body: unknown): void | Promise<void>
}

/** Something that a control endpoint can be asked: `GET /_sandbox/<name>`. */
export interface ControlQuestion<Parts> {
  does: string
  answer(parts: Parts, query: URLSearchParams): unknown
}

/** A request below `/_sandbox`. */
export interface ControlRequest {
  method: string
  path: string
  query: URLSearchParams
  body: string
}

/** An answer in JSON. */
export interface ControlAnswer {
  status: number
  body: unknown
}

/** What a control endpoint knows, by the last segment of its path. */
export interface ControlTable<Parts> {
  commands: Readonly<Record<string, ControlCommand<Parts>>>
  questions: Readonly<Record<string, ControlQuestion<Parts>>>
}

/** A command whose body is what its schema says. */
export function command<Parts, Schema extends z.ZodType>(
  does: string,
  schema: Schema,
  run: (parts: Parts, body: z.output<Schema>) => void | Promise<void>,
): ControlCommand<Parts> {
  return { does, schema, run: (parts, body) => run(parts, schema.parse(body)) }
}

/** Answers a request below `/_sandbox`. A mistake is a 400 with a sentence. */
export async function answerControl<Parts>(
  table: ControlTable<Parts>,
  parts: Parts,
  request: ControlRequest,
): Promise<ControlAnswer> {
  const { method, query } = request
  const name = request.path.replace(/^\/_sandbox\/?/, '')
  if (method === 'GET' && name === '') return { status: 200, body: index(table) }
  const question =
    method === 'GET' && Object.hasOwn(table.questions, name) ? table.questions[name] : undefined
  if (question !== undefined) {
    return attempt(name, () => ({ status: 200, body: question.answer(parts, query) }))
  }
  const known = Object.hasOwn(table.commands, name) ? table.commands[name] : undefined
  if (known === undefined) {
    return refused(404, `nothing is at ${method} /_sandbox/${name}; GET /_sandbox lists what is`)
  }
  if (method !== 'POST') return refused(405, `${name}: ${method} means nothing here; POST it`)
  return attempt(name, async () => {
    await known.run(parts, request.body.trim() === '' ? {} : JSON.parse(request.body))
    return { status: 200, body: {} }
  })
}

async function attempt(
  name: string,
  act: () => ControlAnswer | Promise<ControlAnswer>,
): Promise<ControlAnswer> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof z.ZodError) return refused(400, `${name}: ${z.prettifyError(error)}`)
    return refused(400, `${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refused(status: number, error: string): ControlAnswer {
  return { status, body: { error } }
}

function index<Parts>({ commands, questions }: ControlTable<Parts>): unknown {
  const posts = Object.entries(commands).map(([name, { does, schema }]) => ({
    path: `POST /_sandbox/${name}`,
    does,
    body: z.toJSONSchema(schema, { io: 'input' }),
  }))
  const gets = Object.entries(questions).map(([name, { does }]) => ({ path: `GET /_sandbox/${name}`, does }))
  return [...gets, ...posts]
}
