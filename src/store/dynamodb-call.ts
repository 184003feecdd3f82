import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { AttributeValue, DynamoDBClient, QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { awsErrorName, fromAwsError, mayHaveTakenEffect } from '../api/aws-error.ts'
import { stalled, transient } from '../api/errors.ts'

/** An item as DynamoDB has it. */
export type Item = Record<string, AttributeValue>

/** What a conditional write came to. */
export type WriteOutcome =
  | { written: true; attributes: Item }
  /** The condition did not hold; `item` is what stands there, if anything does. */
  | { written: false; item: Item | undefined }

/** Sends commands to one table. */
export interface TableCalls {
  readonly table: string
  /** A read, or a write without a condition. */
  send<Answer>(call: () => Promise<Answer>): Promise<Answer>
  /** A conditional write that asks for ALL_OLD when its condition fails. */
  write(call: () => Promise<{ Attributes?: Item | undefined }>): Promise<WriteOutcome>
}

/**
 * Every call goes through here: an answer that was lost is asked for once more, at once – each command is safe to repeat,
 * reads by nature and writes by their nonce – and errors become ours. Anything else is the controller's to try again.
 */
export function createTableCalls(table: string): TableCalls {
  const send = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await repeatIfUnanswered(call)
    } catch (error) {
      throw translate(table, error)
    }
  }
  return {
    table,
    send,
    write: (call) =>
      send(async (): Promise<WriteOutcome> => {
        try {
          return { written: true, attributes: (await call()).Attributes ?? {} }
        } catch (error) {
          if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw error
          return { written: false, item: (error as { Item?: Item }).Item }
        }
      }),
  }
}

async function repeatIfUnanswered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (!mayHaveTakenEffect(error)) throw error
    return call()
  }
}

function translate(table: string, error: unknown): unknown {
  const what = `table ${table}`
  const message = error instanceof Error ? error.message : String(error)
  switch (awsErrorName(error)) {
    case 'ResourceNotFoundException':
      return stalled(
        'StoreNotFound',
        `${what} does not exist here; make it from infra/aws, or check the region`,
        error,
      )
    case 'TransactionConflictException':
    case 'ReplicatedWriteConflictException':
      return transient('StoreBusy', `${what}: ${message}`, error)
    case 'ValidationException':
      return message.includes('Item size')
        ? stalled('RecordTooLarge', `${what}: ${message}`, error)
        : fromAwsError(error, what)
    default:
      return fromAwsError(error, what)
  }
}

/** A text attribute; undefined when it is missing. */
export function textOf(value: AttributeValue | undefined): string | undefined {
  return value?.S
}

/** A number attribute; undefined when it is missing. */
export function numberOf(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N)
}

/** All that the parts of the driver share. */
export interface Connection {
  client: DynamoDBClient
  calls: TableCalls
}

/** All items of a query, page after page, until `enough` says so. */
export async function queryAll(
  { client, calls }: Connection,
  input: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
  isEnough: (items: readonly Item[]) => boolean = () => false,
): Promise<Item[]> {
  const items: Item[] = []
  let from: Item | undefined
  do {
    const page = await calls.send(() =>
      client.send(
        new QueryCommand({
          TableName: calls.table,
          ...input,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      ),
    )
    items.push(...(page.Items ?? []))
    from = page.LastEvaluatedKey
  } while (from !== undefined && !isEnough(items))
  return items
}
