import type * as z from 'zod'
import { command } from '../control-commands.ts'
import type { ControlCommand } from '../control-commands.ts'
import type { Route } from './route.ts'
import type { World } from './world.ts'

/** A part of ARM: its routes, and what can be told of it. It keeps its own state, and forgets it by `world.onClear`. */
export interface Section {
  routes: readonly Route[]
  /** By the last segment of `POST /_sandbox/<name>`. */
  commands?: Readonly<Record<string, ControlCommand<unknown>>>
}

/** Makes a part over a world. */
export type CreateSection = (world: World) => Section

/** A command of a section, whose body is what its schema says. Throws an Error with a sentence when it cannot be done. */
export function controlCommand<Schema extends z.ZodType>(
  does: string,
  schema: Schema,
  run: (body: z.output<Schema>) => void | Promise<void>,
): ControlCommand<unknown> {
  return command(does, schema, (_parts, body) => run(body))
}
