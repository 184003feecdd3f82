import { createApplicationOpener, deadlineIn } from '../shared/application.ts'
import type { Application, Surroundings } from '../shared/application.ts'

/** What a Lambda function's settings look like. */
export const onLambda: Surroundings = {
  examples: { HEADWATER_STORE: 'dynamodb://table', HEADWATER_BLOBS: 's3://bucket/prefix' },
}

/** The application of this execution environment. */
export const open = createApplicationOpener(process.env, onLambda)

/** The time after which nothing new is begun, in milliseconds since the epoch. */
export function deadlineOf({ clock }: Application, context: { getRemainingTimeInMillis(): number }): number {
  return deadlineIn(clock, context.getRemainingTimeInMillis())
}
