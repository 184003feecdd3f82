import * as z from 'zod'
import { dependsOnField, durationSchema, scheduleFields } from './common.ts'

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, {
  error: (issue) =>
    `"${String(issue.input)}" is not a GUID; write it like 00000000-0000-0000-0000-000000000000`,
})

/** Source: Microsoft.Resources/resourceGroups naming rules. */
const resourceGroupName = z.string().regex(/^[-\w._()]{1,89}[-\w_()]$|^[-\w_()]$/u, {
  error: (issue) =>
    `"${String(issue.input)}" is not a name of a resource group; use letters, digits, "-", "_", ".", "(" and ")", at most 90, no "." at the end`,
})

const unmanaged = z.enum(['detach', 'delete']).default('detach')

/** The scopes a deployment may have; exactly one is written. */
const scope = z
  .strictObject({
    resourceGroup: z
      .strictObject({
        subscriptionId: guid.describe('Subscription of the resource group.'),
        name: resourceGroupName.describe('Name of the resource group.'),
        location: z
          .string()
          .min(1)
          .optional()
          .describe('Where the group is made when it is missing, and `createIfMissing` says so.'),
        createIfMissing: z
          .boolean()
          .default(false)
          .describe('Make the resource group when it is not there. It is never deleted.'),
      })
      .refine(({ createIfMissing, location }) => !createIfMissing || location !== undefined, {
        error: 'createIfMissing needs a location; add location, like westeurope',
      })
      .optional()
      .describe('Deploy into a resource group.'),
    subscription: z
      .strictObject({ subscriptionId: guid.describe('The subscription.') })
      .optional()
      .describe('Deploy at a subscription; needs `location`.'),
    managementGroup: z
      .strictObject({
        id: z
          .string()
          .regex(/^[-\w._()]{1,90}$/)
          .describe('Id of the management group (its last segment).'),
      })
      .optional()
      .describe('Deploy at a management group; needs `location`.'),
    tenant: z.strictObject({}).optional().describe('Deploy at the tenant, written `{}`; needs `location`.'),
  })
  .refine((value) => Object.values(value).filter((one) => one !== undefined).length === 1, {
    error: 'a scope is exactly one of resourceGroup, subscription, managementGroup, tenant',
  })

/** One ARM or Bicep deployment, or a deployment stack. Complete mode does not exist here: what must go when it leaves the template belongs in a stack. */
export const azureDeploymentSpec = z
  .strictObject({
    template: z
      .string()
      .regex(/\.(bicep|json|jsonc)$/i, {
        error: (issue) => `"${String(issue.input)}" is no template; name a .bicep file or an ARM .json file`,
      })
      .describe(
        'Path of the `.bicep` file or ARM `.json` template: relative to the file of this document, or from the root of the repository with a leading `/`.',
      ),
    parametersFile: z
      .string()
      .regex(/\.(bicepparam|json|jsonc)$/i, {
        error: (issue) =>
          `"${String(issue.input)}" is no parameters file; name a .bicepparam file or an ARM parameters .json file`,
      })
      .optional()
      .describe('Path of a `.bicepparam` file or an ARM parameters `.json` file; found like `template`.'),
    parameters: z
      .record(z.string(), z.json())
      .default({})
      .describe(
        'Values for the template’s parameters; they win over those of `parametersFile`. A secret is a Key Vault reference, as ARM takes it: `{reference: {keyVault: {id: …}, secretName: …}}`.',
      ),
    scope: scope.describe('Where to deploy: exactly one of the four.'),
    location: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Where ARM keeps the deployment’s data; needed at every scope but `resourceGroup`, and never changed later.',
      ),
    deploymentName: z
      .string()
      .regex(/^[-\w._()]{1,64}$/, {
        error: (issue) =>
          `"${String(issue.input)}" is not a deployment name; use letters, digits, "-", "_", ".", "(" and ")", at most 64`,
      })
      .optional()
      .describe('Name of the deployment or stack in ARM. Default: made from namespace and name.'),
    mode: z
      .enum(['Incremental', 'Stack'])
      .default('Incremental')
      .describe(
        '`Incremental` adds and changes, and never removes. `Stack` makes a deployment stack, which knows what it manages.',
      ),
    actionOnUnmanage: z
      .strictObject({
        resources: unmanaged.describe('Resources that left the template.'),
        resourceGroups: unmanaged.describe('Resource groups that left the template.'),
        managementGroups: unmanaged.describe('Management groups that left the template.'),
      })
      .default({ resources: 'detach', resourceGroups: 'detach', managementGroups: 'detach' })
      .describe(
        'For `mode: Stack`: what happens to what a stack manages no longer. Default: all is detached and stays.',
      ),
    denySettings: z
      .strictObject({
        mode: z
          .enum(['none', 'denyDelete', 'denyWriteAndDelete'])
          .default('none')
          .describe('What others may not do to the managed resources.'),
        excludedPrincipals: z
          .array(guid)
          .max(5)
          .default([])
          .describe('Object ids of principals that still may.'),
        excludedActions: z.array(z.string()).max(200).default([]).describe('Actions that stay allowed.'),
        applyToChildScopes: z
          .boolean()
          .default(false)
          .describe('Whether it holds below the managed resources too.'),
      })
      .optional()
      .describe('For `mode: Stack`: protects what the stack manages.'),
    bypassStackOutOfSyncError: z
      .boolean()
      .default(false)
      .describe('For `mode: Stack`: go on although the stack’s list of resources is not what ARM last saw.'),
    bicep: z
      .strictObject({
        environment: z
          .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
          .default({})
          .describe('What `readEnvironmentVariable` sees, and nothing else. Never a secret: git holds it.'),
      })
      .default({ environment: {} })
      .describe('Settings of the Bicep compiler.'),
    whatIf: z
      .enum(['never', 'report', 'gate'])
      .default('never')
      .describe(
        'Ask ARM what would change first: `report` tells it and goes on, `gate` waits for `headwater approve` when something would.',
      ),
    validate: z
      .boolean()
      .default(false)
      .describe('Let ARM validate the deployment before it is made. A green answer is no promise.'),
    tags: z
      .record(z.string().min(1).max(512), z.string().max(256))
      .refine((tags) => Object.keys(tags).length <= 48, {
        error: (issue) =>
          `${Object.keys(issue.input ?? {}).length} tags are too many; at most 48, two are ours`,
      })
      .default({})
      .describe('Tags of the deployment or stack itself, not of its resources. At most 48: two are ours.'),
    adopt: z
      .boolean()
      .default(false)
      .describe('Take over a deployment or stack of this name that does not carry our mark.'),
    deployAs: z
      .strictObject({
        tenantId: guid.describe('Tenant of the identity.'),
        clientId: guid.describe(
          'Client id of an application or managed identity that trusts the controller’s own.',
        ),
      })
      .optional()
      .describe('Whose rights the controller uses, by federation. Default: its own.'),
    drift: z
      .enum(['ignore', 'report', 'correct'])
      .default('report')
      .describe('What to do about changes made by hand: nothing, say so, or deploy again.'),
    driftInterval: durationSchema.default('24h').describe('How often to look for drift, by a what-if.'),
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'What happens when this document leaves git. `Delete` deletes a stack with its `actionOnUnmanage`; of a plain deployment only ARM’s record of it, its resources stay.',
      ),
    onTimeout: z
      .enum(['wait', 'cancel'])
      .default('wait')
      .describe('Whether a deployment of ours that runs past its `timeout` is cancelled.'),
    dependsOn: dependsOnField,
    ...scheduleFields,
    retryInterval: durationSchema
      .optional()
      .describe(
        'Try a failed deployment again after this long, with unchanged inputs. Default: only when the inputs change or a person forces it.',
      ),
    timeout: durationSchema
      .default('1h')
      .describe('After this long an operation in flight is said to be late.'),
  })
  .refine(({ scope: where, location }) => where.resourceGroup !== undefined || location !== undefined, {
    path: ['location'],
    error: 'is missing: at this scope ARM needs a location; add one, like westeurope',
  })
  .refine(({ scope: where, mode }) => mode !== 'Stack' || where.tenant === undefined, {
    path: ['mode'],
    error:
      'Stack is not possible at the tenant; ARM has deployment stacks at resource groups, subscriptions and management groups',
  })

/** The spec of an AzureDeployment, defaults filled in. */
export type AzureDeploymentSpec = z.infer<typeof azureDeploymentSpec>
