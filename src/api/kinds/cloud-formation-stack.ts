import * as z from 'zod'
import { dependsOnField, durationSchema, scheduleFields } from './common.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

const roleArn = z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/.+$/, {
  error: (issue) =>
    `"${String(issue.input)}" is not the ARN of a role; write arn:aws:iam::<account>:role/<name>`,
})

/** One CloudFormation stack. There is no `force`: nothing replaces a working stack by deleting it. */
export const cloudFormationStackSpec = z.strictObject({
  template: z
    .string()
    .min(1)
    .describe(
      'Path of the template: relative to the file of this document, or from the root of the repository with a leading `/`.',
    ),
  stackName: z
    .string()
    .regex(/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/, {
      error: (issue) =>
        `"${String(issue.input)}" is not a stack name; start with a letter, use letters, digits and "-", at most 128`,
    })
    .optional()
    .describe(
      'Name of the stack in CloudFormation. Default: `metadata.name`. It cannot be changed later: that would be another stack.',
    ),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, {
      error: (issue) => `"${String(issue.input)}" is not a region; write it like eu-west-1`,
    })
    .optional()
    .describe('AWS region. Default: the controller’s own.'),
  parameters: z
    .record(z.string(), z.union([scalar, z.array(scalar)]))
    .default({})
    .describe(
      'Values for the template’s parameters. Numbers and booleans become the text CloudFormation wants, lists are joined by commas.',
    ),
  tags: z
    .record(z.string().min(1).max(128), scalar)
    .refine((tags) => Object.keys(tags).length <= 49, {
      error: (issue) => `${Object.keys(issue.input ?? {}).length} tags are too many; at most 49, one is ours`,
    })
    .default({})
    .describe('Tags of the stack; CloudFormation hands them on to its resources. At most 49: one is ours.'),
  capabilities: z
    .array(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']))
    .default([])
    .describe('What the template may do beyond ordinary resources.'),
  notificationArns: z
    .array(z.string().startsWith('arn:'))
    .max(5)
    .default([])
    .describe('SNS topics that CloudFormation sends the stack’s events to.'),
  roleArn: roleArn
    .optional()
    .describe(
      'Service role that CloudFormation acts with. It sticks to the stack: a difference is an error, never ignored.',
    ),
  deployAs: z
    .strictObject({
      roleArn: roleArn.describe(
        'Role that the controller assumes to talk to CloudFormation: this is how other accounts are reached.',
      ),
      externalId: z.string().min(2).optional().describe('External id that the role’s trust policy asks for.'),
    })
    .optional()
    .describe('Whose rights the controller uses for this stack. Default: its own.'),
  stackPolicy: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Stack policy, as the JSON object CloudFormation takes; kept as declared.'),
  terminationProtection: z
    .boolean()
    .optional()
    .describe('Termination protection, kept as declared; left alone when absent.'),
  rollbackTriggers: z
    .strictObject({
      monitoringTime: z
        .int()
        .min(0)
        .max(180)
        .default(0)
        .describe('Minutes to watch the alarms after everything is deployed.'),
      alarms: z
        .array(z.string().startsWith('arn:'))
        .max(5)
        .describe('ARNs of CloudWatch alarms that roll the operation back.'),
    })
    .optional()
    .describe('Alarms that roll a deployment back.'),
  onFailure: z
    .enum(['rollback', 'keep'])
    .default('rollback')
    .describe('`keep` leaves what a failed operation made, to look at it.'),
  importExistingResources: z
    .boolean()
    .default(false)
    .describe('Let the change set adopt existing resources that have the names the template gives.'),
  includeNestedStacks: z.boolean().default(false).describe('Make change sets for nested stacks too.'),
  adopt: z
    .boolean()
    .default(false)
    .describe('Take over a stack of this name that does not carry our ownership tag.'),
  drift: z
    .enum(['ignore', 'report', 'correct'])
    .default('report')
    .describe('What to do about changes made by hand: nothing, say so, or put them back.'),
  driftInterval: durationSchema.default('24h').describe('How often to look for drift.'),
  deletionPolicy: z
    .enum(['Retain', 'Delete'])
    .default('Retain')
    .describe('What happens to the stack when this document leaves git: it stays, or it is deleted.'),
  dependsOn: dependsOnField,
  ...scheduleFields,
  retryInterval: durationSchema
    .optional()
    .describe(
      'Try a rolled-back deployment again after this long, with unchanged inputs. Default: only when the inputs change or a person forces it.',
    ),
  timeout: durationSchema
    .default('1h')
    .describe('After this long an operation in flight is said to be late. It is never cancelled.'),
})

/** The spec of a CloudFormationStack, defaults filled in. */
export type CloudFormationStackSpec = z.infer<typeof cloudFormationStackSpec>
