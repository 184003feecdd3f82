import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parseTemplate } from '../../src/template/cloudformation/parse.ts'

const file = fileURLToPath(new URL('../../infra/aws/headwater.yaml', import.meta.url))
const template = parseTemplate(await readFile(file, 'utf8')).value

/** Every action that stands anywhere under an Allow, however deep. */
function allowed(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(allowed)
  if (typeof value !== 'object' || value === null) return []
  const fields = value as Record<string, unknown>
  const own = fields['Effect'] === 'Allow' ? [fields['Action']].flat() : []
  return [...own.filter((action) => typeof action === 'string'), ...Object.values(fields).flatMap(allowed)]
}

/** What would let a stack without a role of its own change the controller: its table, queue, bucket, roles, code. */
const selfModifying =
  /^\*|^iam:(?!PassRole$)|^lambda:(?!Invoke)|^dynamodb:(\*|(Create|Delete|Update)Table|DeleteItem)|^sqs:(\*|SetQueueAttributes|(Create|Delete|Purge)Queue)|^s3:(\*|Put(?!Object$)|Delete|Create)|^(events|scheduler|kms|logs):(\*|Put(?!LogEvents$)|Delete|Create(?!LogStream$))/

it('S21 the rights of the controller do not reach its own table, queue, bucket, roles and functions', () => {
  const actions = allowed(template['Resources'])
  expect(actions.length).toBeGreaterThan(30)
  expect(actions.filter((action) => selfModifying.test(action))).toEqual([])
})

it('S21 the rule finds what it is for', () => {
  const wrong = [
    '*',
    'iam:PutRolePolicy',
    'lambda:UpdateFunctionCode',
    'dynamodb:DeleteTable',
    's3:PutBucketPolicy',
  ]
  expect(wrong.filter((action) => !selfModifying.test(action))).toEqual([])
  const right = [
    'iam:PassRole',
    'lambda:InvokeFunction',
    'dynamodb:UpdateItem',
    's3:PutObject',
    'logs:CreateLogStream',
  ]
  expect(right.filter((action) => selfModifying.test(action))).toEqual([])
})
