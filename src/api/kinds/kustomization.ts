import * as z from 'zod'
import { dependsOnField, durationSchema, nameSchema, scheduleFields } from './common.ts'

/** Loads objects from a path of a source. */
export const kustomizationSpec = z.strictObject({
  sourceRef: z
    .strictObject({
      kind: z.literal('GitRepository').default('GitRepository').describe('Kind of the source.'),
      name: nameSchema.describe('Name of the source.'),
      namespace: nameSchema.optional().describe('Namespace of the source. Default: the same namespace.'),
    })
    .describe('The source to read from.'),
  path: z
    .string()
    .default('./')
    .describe('Folder in the source; every YAML document below it whose apiVersion is ours is loaded.'),
  prune: z
    .boolean()
    .default(true)
    .describe(
      'Let go of objects that are gone from git. What happens to their cloud part is said by their own `deletionPolicy`.',
    ),
  targetNamespace: nameSchema
    .optional()
    .describe('Namespace of all objects loaded, whatever they say themselves.'),
  allowEmpty: z
    .boolean()
    .default(false)
    .describe(
      'Accept a path without any object. Otherwise that is refused, as it is more often a mistake than a wish.',
    ),
  dependsOn: dependsOnField,
  ...scheduleFields,
  retryInterval: durationSchema
    .optional()
    .describe('How soon a failed build is tried again. Default: `interval`.'),
})

/** The spec of a Kustomization, defaults filled in. */
export type KustomizationSpec = z.infer<typeof kustomizationSpec>
