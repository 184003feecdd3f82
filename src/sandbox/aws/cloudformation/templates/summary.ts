import { capabilityNeeds } from '../../../../template/cloudformation/capabilities.ts'
import type { ParameterDeclaration, Template } from '../../../../template/cloudformation/template.ts'
import { validationError } from '../errors.ts'
import { type Input, given } from '../input.ts'
import type { JsonObject } from '../model.ts'
import { nonEmpty } from '../stacks/describe.ts'
import { noStackWithId, stackOf } from '../stacks/lookup.ts'
import type { Call } from '../world.ts'
import { checkTypes } from './attributes.ts'
import { templateText } from './load.ts'
import { TransformError, processTemplate } from './process.ts'

/** ValidateTemplate. */
export async function validateTemplate(call: Call, input: Input): Promise<JsonObject> {
  const body = await templateText(call.world, input, undefined)
  if (body === undefined) throw validationError('Either Template URL or Template Body must be specified.')
  const { template, transforms } = await readFor(call, body)
  checkTypes(template, call.world.facts)
  return {
    Parameters: [...template.parameters].map(([key, parameter]) => ({
      ParameterKey: key,
      DefaultValue: parameter.default,
      NoEcho: parameter.noEcho,
      Description: parameter.description,
    })),
    Description: template.description,
    ...capabilitiesOf(template, transforms),
    DeclaredTransforms: nonEmpty(transforms),
  }
}

/** GetTemplateSummary: of a template, a stack or a change set's stack. */
export async function getTemplateSummary(call: Call, input: Input): Promise<JsonObject> {
  const { template, transforms } = await readFor(call, await summaryBody(call, input))
  const { metadata, source } = template
  const version = source['AWSTemplateFormatVersion']
  return {
    Parameters: [...template.parameters].map(([key, parameter]) => describeDeclaration(key, parameter)),
    Description: template.description,
    ...capabilitiesOf(template, transforms),
    ResourceTypes: [...new Set([...template.resources.values()].map(({ type }) => type))],
    Version: typeof version === 'string' ? version : undefined,
    Metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    DeclaredTransforms: nonEmpty(transforms),
    ResourceIdentifierSummaries: nonEmpty(identifiersOf(call, template)),
  }
}

async function summaryBody(call: Call, input: Input): Promise<string> {
  if (given(input, 'StackName')) {
    const stack = stackOf(call, input, noStackWithId)
    if (stack.configuration === undefined) throw noStackWithId(stack.name)
    return stack.configuration.template.body
  }
  const body = await templateText(call.world, input, undefined)
  if (body === undefined)
    throw validationError('Either TemplateURL or TemplateBody or StackName must be specified.')
  return body
}

/** A template with its transforms done where they can be, as a summary looks at it. */
async function readFor(call: Call, body: string): Promise<{ template: Template; transforms: string[] }> {
  const read = call.world.templates.read(body)
  if (read.transforms.length === 0)
    return { template: call.world.templates.check(read.value), transforms: [] }
  try {
    const { processed } = await processTemplate({
      world: call.world,
      place: call.place,
      stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/summary/0',
      stackName: 'summary',
      read,
      given: [],
    })
    return { template: call.world.templates.check(processed), transforms: read.transforms }
  } catch (error) {
    if (!(error instanceof TransformError)) throw error
    return { template: call.world.templates.check(read.value), transforms: read.transforms }
  }
}

function describeDeclaration(key: string, parameter: ParameterDeclaration): JsonObject {
  return {
    ParameterKey: key,
    DefaultValue: parameter.default,
    ParameterType: parameter.type,
    NoEcho: parameter.noEcho,
    Description: parameter.description,
    ParameterConstraints:
      parameter.allowedValues === undefined ? {} : { AllowedValues: parameter.allowedValues },
  }
}

function capabilitiesOf(template: Template, transforms: readonly string[]): JsonObject {
  const needs = capabilityNeeds(template).filter((need) => need.capability !== 'CAPABILITY_AUTO_EXPAND')
  const capabilities = new Set<string>(needs.map((need) => need.capability))
  if (capabilities.has('CAPABILITY_NAMED_IAM')) capabilities.delete('CAPABILITY_IAM')
  if (transforms.length > 0) capabilities.add('CAPABILITY_AUTO_EXPAND')
  if (capabilities.size === 0) return {}
  const types = [...new Set(needs.map((need) => need.type).filter((type) => type !== undefined))]
  const reasons = [
    types.length > 0 ? `The following resource(s) require capabilities: [${types.join(', ')}]` : '',
    transforms.length > 0
      ? `The following transform(s) require capabilities: [${transforms.join(', ')}]`
      : '',
  ].filter((reason) => reason !== '')
  return { Capabilities: [...capabilities], CapabilitiesReason: reasons.join('. ') }
}

function identifiersOf({ world }: Call, template: Template): JsonObject[] {
  const byType = new Map<string, string[]>()
  for (const [logicalId, { type }] of template.resources)
    byType.set(type, [...(byType.get(type) ?? []), logicalId])
  return [...byType].flatMap(([type, logicalIds]) => {
    const identifiers = world.facts.typeFacts(type)?.primaryIdentifier ?? []
    if (identifiers.length === 0) return []
    return [{ ResourceType: type, LogicalResourceIds: logicalIds, ResourceIdentifiers: [...identifiers] }]
  })
}
