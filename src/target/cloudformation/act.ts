import type { CreateChangeSetInput } from '@aws-sdk/client-cloudformation'
import { HeadwaterError, stalled } from '../../api/errors.ts'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import { parameterTexts } from '../../api/parameters.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { ActResult } from '../target.ts'
import type { Action } from './action.ts'
import type { CloudFormationApi } from './api.ts'
import { ownerMark } from '../operation.ts'
import { ownerTag, type Settings } from './context.ts'
import { policyDigest } from './digest.ts'
import { isNotFound } from './errors.ts'
import { readDrifts } from './read-drift.ts'

/** CloudFormation's limits on a template in the call and by URL, in bytes. */
const maxInlineBytes = 51_200
const maxTemplateBytes = 1_000_000

/** Where templates come from. */
export interface TemplatePorts {
  templateBody(sha256: string): Promise<Uint8Array>
  /** An https URL that CloudFormation can read; undefined where bodies are on this machine only. */
  templateUrl(sha256: string): string | undefined
}

/** What an action is done for. */
export interface ActInput {
  record: ObjectRecord
  operation: Operation
  action: Action
}

/**
 * Makes one mutating call, idempotent by the operation's name and token. A refusal that leaves something of ours behind
 * is answered as data (`refused`), so that the next decision cleans up before it reports.
 */
export async function act(
  api: CloudFormationApi,
  settings: Settings,
  ports: TemplatePorts,
  input: ActInput,
): Promise<ActResult> {
  const { action, operation } = input
  const answered = { answered: operation.phase }
  try {
    const data = await call(api, settings, ports, input)
    return { data: { ...answered, ...data }, ...pause(settings, action) }
  } catch (error) {
    if (isNotFound(error) && (action.type === 'delete-change-set' || action.type === 'delete-stack'))
      return { data: answered }
    if (error instanceof HeadwaterError && error.class === 'stalled' && mayLeaveSomething(action))
      return { data: { ...answered, refused: error.message } }
    throw error
  }
}

/** A refusal of these ends an operation that has something to clean up or to explain first. */
function mayLeaveSomething(action: Action): boolean {
  if (action.type === 'create-change-set') return action.mode !== undefined
  return action.type !== 'delete-change-set' && action.type !== 'set-termination-protection'
}

/** What takes the cloud a while is not looked at at once. */
function pause(settings: Settings, action: Action): Pick<ActResult, 'requeueAfterMs'> {
  const isQuick = ['set-stack-policy', 'set-termination-protection', 'delete-change-set'].includes(
    action.type,
  )
  return isQuick ? {} : { requeueAfterMs: settings.pollFloorMs }
}

async function call(
  api: CloudFormationApi,
  settings: Settings,
  ports: TemplatePorts,
  { record, operation, action }: ActInput,
): Promise<Record<string, string>> {
  const spec = record.spec as CloudFormationStackSpec
  switch (action.type) {
    case 'create-change-set': {
      const template =
        action.mode === 'accept-drift'
          ? await acceptedTemplate(api, record, ports, action.stack)
          : await templateInput(record, ports)
      const answer = await api.createChangeSet(
        changeSetInput({ settings, record, operation, action, template }),
      )
      return {
        ...(answer.Id === undefined ? {} : { changeSetId: answer.Id }),
        ...(answer.StackId === undefined ? {} : { stackId: answer.StackId }),
      }
    }
    case 'execute-change-set':
      await api.executeChangeSet({
        ChangeSetName: action.changeSetId,
        ClientRequestToken: operation.token,
        // Creations say it by OnStackFailure in the change set; the two exclude each other.
        ...(action.changeSetType === 'UPDATE' ? { DisableRollback: spec.onFailure === 'keep' } : {}),
      })
      return {}
    case 'delete-change-set':
      await api.deleteChangeSet({ ChangeSetName: action.changeSetId })
      return {}
    case 'set-stack-policy':
      await api.setStackPolicy({
        StackName: action.stack,
        StackPolicyBody: JSON.stringify(spec.stackPolicy ?? {}),
      })
      return { policy: policyDigest(spec.stackPolicy) }
    case 'set-termination-protection':
      await api.updateTerminationProtection({
        StackName: action.stack,
        EnableTerminationProtection: action.enabled,
      })
      return { protection: String(action.enabled) }
    case 'delete-stack':
      await api.deleteStack({ StackName: action.stack, ClientRequestToken: action.token })
      return {}
    case 'rollback-stack':
      await api.rollbackStack({ StackName: action.stack, ClientRequestToken: action.token })
      return {}
    case 'continue-rollback':
      await api.continueUpdateRollback({ StackName: action.stack, ClientRequestToken: action.token })
      return {}
    case 'detect-drift': {
      const { StackDriftDetectionId: id } = await api.detectStackDrift({ StackName: action.stack })
      return id === undefined ? {} : { detectionId: id }
    }
    default:
      throw new Error(`unknown action ${JSON.stringify(action satisfies never)}`)
  }
}

type TemplateInput = Pick<CreateChangeSetInput, 'TemplateBody' | 'TemplateURL'>

/** The template, verbatim: in the call, or by URL when it is too large for that. */
export async function templateInput(
  record: Pick<ObjectRecord, 'inputs'>,
  ports: TemplatePorts,
): Promise<TemplateInput> {
  const file = record.inputs?.files['template']
  if (file === undefined)
    throw stalled('TemplateNotFound', 'the template was not packaged with the object; reconcile its source')
  const { sha256, bytes, path } = file
  if (bytes > maxTemplateBytes)
    throw stalled(
      'TemplateTooLarge',
      `template ${path} has ${bytes} bytes, CloudFormation takes ${maxTemplateBytes} at most; split it into nested stacks`,
    )
  if (bytes <= maxInlineBytes)
    return { TemplateBody: new TextDecoder().decode(await ports.templateBody(sha256)) }
  const url = ports.templateUrl(sha256)
  if (url === undefined)
    throw stalled(
      'TemplateTooLarge',
      `template ${path} has ${bytes} bytes, over ${maxInlineBytes} it has to come from S3; set HEADWATER_BLOBS=s3://<bucket>/<prefix>`,
    )
  return { TemplateURL: url }
}

/** The template with the live values of what drifted. */
async function acceptedTemplate(
  api: CloudFormationApi,
  record: ObjectRecord,
  ports: TemplatePorts,
  stack: string,
): Promise<TemplateInput> {
  const { acceptDrift } = await import('./accept-drift.ts')
  const body = await ports.templateBody(record.inputs?.files['template']?.sha256 ?? '')
  const accepted = acceptDrift(new TextDecoder().decode(body), await readDrifts(api, stack))
  if (accepted === undefined)
    throw stalled('DriftNotCorrected', 'nothing of the drift can be written into the template')
  if (Buffer.byteLength(accepted) > maxInlineBytes)
    throw stalled(
      'DriftNotCorrected',
      `the template is over ${maxInlineBytes} bytes with the live values in it`,
    )
  return { TemplateBody: accepted }
}

/** Everything that a change set is made from. Pure. */
export function changeSetInput(from: {
  settings: Pick<Settings, 'controllerId'>
  record: ObjectRecord
  operation: Pick<Operation, 'id' | 'token' | 'revision'>
  action: Extract<Action, { type: 'create-change-set' }>
  template: TemplateInput
}): CreateChangeSetInput {
  const { settings, record, operation, action, template } = from
  const spec = record.spec as CloudFormationStackSpec
  const tags = { ...parameterTexts(spec.tags), [ownerTag]: ownerMark(settings, record) }
  const isCreate = action.changeSetType === 'CREATE'
  return {
    StackName: action.stack,
    ChangeSetName: operation.id,
    ChangeSetType: action.changeSetType,
    ClientToken: operation.token,
    ...(operation.revision === '' ? {} : { Description: operation.revision }),
    ...template,
    Parameters: Object.entries(parameterTexts(spec.parameters)).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: spec.capabilities,
    // An empty list takes topics away that are declared no more.
    ...(isCreate && spec.notificationArns.length === 0 ? {} : { NotificationARNs: spec.notificationArns }),
    ...(spec.roleArn === undefined ? {} : { RoleARN: spec.roleArn }),
    ...rollbackConfiguration(spec, action.clearRollbackTriggers),
    ...(isCreate ? { OnStackFailure: spec.onFailure === 'keep' ? 'DO_NOTHING' : 'ROLLBACK' } : {}),
    ...(spec.importExistingResources ? { ImportExistingResources: true } : {}),
    ...(spec.includeNestedStacks ? { IncludeNestedStacks: true } : {}),
    ...(action.mode === 'revert-drift' ? { DeploymentMode: 'REVERT_DRIFT' } : {}),
  }
}

function rollbackConfiguration(
  { rollbackTriggers }: CloudFormationStackSpec,
  isCleared: boolean,
): Pick<CreateChangeSetInput, 'RollbackConfiguration'> {
  if (rollbackTriggers === undefined)
    return isCleared ? { RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 } } : {}
  return {
    RollbackConfiguration: {
      RollbackTriggers: rollbackTriggers.alarms.map((Arn) => ({ Arn, Type: 'AWS::CloudWatch::Alarm' })),
      MonitoringTimeInMinutes: rollbackTriggers.monitoringTime,
    },
  }
}
