import { type Instant, addDuration, parseDate } from '../date.ts'
import { formatDate } from '../format-date.ts'
import { type Context, type FunctionTable, integerAt, refuseCall, textAt, whole } from './function.ts'

/** Functions on dates. `utcNow` stands only in defaults of parameters, as `newGuid` does. */
export const dateFunctions: FunctionTable = {
  dateTimeAdd: whole(2, 3, (args, context) => {
    const duration = textAt(args, 1, context)
    const moved = addDuration(dateAt(textAt(args, 0, context), context), duration)
    if (moved === undefined)
      return refuseCall(context, `was given '${duration}', which is no ISO 8601 duration`)
    return formatted(moved, args.length > 2 ? textAt(args, 2, context) : undefined, context)
  }),
  dateTimeFromEpoch: whole(1, 1, (args, context) =>
    formatted(
      { epochMs: integerAt(args, 0, context) * 1000, ticks: 0, offsetMinutes: 0 },
      undefined,
      context,
    ),
  ),
  dateTimeToEpoch: whole(1, 1, (args, context) =>
    Math.floor(dateAt(textAt(args, 0, context), context).epochMs / 1000),
  ),
  utcNow: whole(0, 1, (args, context) => {
    const now = context.frame.world.surroundings.utcNow
    if (now === undefined) return undefined
    return formatted(
      dateAt(now, context),
      args.length > 0 ? textAt(args, 0, context) : "yyyyMMdd'T'HHmmss'Z'",
      context,
    )
  }),
}

function dateAt(text: string, context: Context): Instant {
  return parseDate(text) ?? refuseCall(context, `was given '${text}', which is no date`)
}

function formatted(instant: Instant, format: string | undefined, context: Context): string {
  return (
    formatDate(instant, format ?? "yyyy-MM-dd'T'HH:mm:ss'Z'") ??
    refuseCall(context, `was given '${format}', which is no date format`)
  )
}
