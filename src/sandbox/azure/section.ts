import type * as z from 'zod'
import type { Route } from './route.ts'
import type { World } from './world.ts'

/** Something that the control endpoint can be told: `POST /_sandbox/<name>` with a body of this schema. */
export interface ControlCommand {
  does: string
  schema: z.ZodType
  /** Given what the schema made of the body. Throws an Error with a sentence when it cannot be done. */
  run(body: unknown): void | Promise<void>
}

/** A part of ARM: its routes, and what can be told of it. It keeps its own state, and forgets it by `world.onClear`. */
export interface Section {
  routes: readonly Route[]
  commands?: Readonly<Record<string, ControlCommand>>
}

/** Makes a part over a world. */
export type CreateSection = (world: World) => Section

/** A command whose body is what its schema says. */
export function controlCommand<Schema extends z.ZodType>(
  does: string,
  schema: Schema,
  run: (body: z.output<Schema>) => void | Promise<void>,
): ControlCommand {
  return { does, schema, run: (body) => run(schema.parse(body)) }
}
