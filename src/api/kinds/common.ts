import * as z from 'zod'
import { secretReferencePattern } from '../secret-reference.ts'

/** The only apiVersion there is so far. */
export const apiVersion = 'headwater.dev/v1alpha1'

/** A span of time as text, kept as written: `5m`, `1h30m`. The same grammar as `parseDuration`, never nothing. */
export const durationSchema = z.string().regex(/^(?=.*[1-9])(\d+(\.\d+)?(ms|s|m|h|d))+$/, {
  error: (issue) => `"${String(issue.input)}" is not a duration; write it like 30s, 5m, 1h30m or 24h`,
})

/** A name that is safe in keys, change set names and tags: RFC 1123 labels joined by dots, at most 63 characters. */
export const nameSchema = z
  .string()
  .max(63, 'is longer than 63 characters; shorten it')
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, {
    error: (issue) => `"${String(issue.input)}" is not a name; use lower-case letters, digits, "-" and "."`,
  })

/** Reference to a secret; the value itself never stands in git. */
export const secretReferenceSchema = z.string().regex(secretReferencePattern, {
  error:
    'not a reference to a secret; write env://NAME, file:///path, aws-sm://id#key, aws-ssm:///name or azure-kv://vault/name',
})

/** What Kubernetes calls ObjectMeta, as much of it as means something here. */
export const metadataSchema = z.strictObject({
  name: nameSchema.describe('Name of the object; unique for its kind within the namespace.'),
  namespace: nameSchema
    .optional()
    .describe(
      'Namespace of the object. Default: that of the Kustomization (`targetNamespace`), else `default`.',
    ),
  labels: z.record(z.string(), z.string()).optional().describe('Labels to find the object by.'),
  annotations: z
    .record(z.string(), z.string())
    .optional()
    .describe('Free text for other tools; the controller does not read it.'),
})

/** Another object that must be Ready first. */
export const dependencySchema = z.strictObject({
  kind: z.string().optional().describe('Kind of the other object. Default: the same kind.'),
  name: nameSchema.describe('Name of the other object.'),
  namespace: nameSchema.optional().describe('Namespace of the other object. Default: the same namespace.'),
})

/** Fields that everything with a loop has. */
export const scheduleFields = {
  interval: durationSchema
    .default('10m')
    .describe('How often the object is looked at although nothing told us to.'),
  suspend: z
    .boolean()
    .default(false)
    .describe('Start no new work on this object. What runs already is not cancelled.'),
}

/** The settings of `dependsOn`, the same for all that can wait. */
export const dependsOnField = z
  .array(dependencySchema)
  .default([])
  .describe(
    'Objects that must be Ready, at the same revision when they come from the same source, before this one is applied.',
  )
