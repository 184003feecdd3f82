import type { Handler } from 'aws-lambda'
import type { Application } from '../shared/application.ts'
import { sync } from '../shared/sync.ts'
import type { SyncAnswer } from '../shared/sync.ts'
import { open } from './application.ts'

/** Marks due what a person asks for; who may ask is who may invoke the function. */
export async function handleSync(app: Application, event: unknown): Promise<SyncAnswer> {
  return sync(app, event)
}

/** Entry point: invoked by hand, `aws lambda invoke --payload '{"kind":"stack","name":"web"}'`. */
export const handler: Handler<unknown, SyncAnswer> = async (event) => handleSync(await open(), event)
