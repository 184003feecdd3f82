import { isListType, isNumberType } from './parameter-types.ts'
import { resolveParameters } from './parameters.ts'
import type { ParameterDeclaration, Template } from './template.ts'

/** Values of the shapes that templates commonly ask for by a pattern, the likelier ones first. */
const SHAPES: readonly string[] = [
  'example',
  'a1',
  '123456789012',
  '10.0.0.0/16',
  '10.0.0.0',
  '10.0.0.10',
  'example.com',
  'someone@example.com',
  'arn:aws:iam::123456789012:role/example',
  'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  'arn:aws:sns:us-east-1:123456789012:example',
  'arn:aws:s3:::example',
  '1234abcd-12ab-34cd-56ef-1234567890ab',
  'Passw0rd!example',
  'Passw0rd1example',
  'vpc-0123456789abcdef0',
  'subnet-0123456789abcdef0',
  'sg-0123456789abcdef0',
  'rtb-0123456789abcdef0',
  'pcx-0123456789abcdef0',
  'ami-0123456789abcdef0',
  'i-0123456789abcdef0',
  'd-0123456789',
  'o-0123456789',
  'ou-abcd-01234567',
  'Z0123456789ABCDEFGHIJ',
  'https://example.com/example',
  'us-east-1',
  'us-east-1a',
  '12:00',
  '2030-01-01',
  'sun:05:00-sun:06:00',
  'EXAMPLE',
  'Yes',
  'Y',
  'true',
  '1',
  '',
]

/** By the words of a type: what an identifier of that kind looks like. */
const TYPE_SHAPES: readonly [word: string, text: string][] = [
  ['AvailabilityZone', 'us-east-1a'],
  ['Image::Id', 'ami-0123456789abcdef0'],
  ['Instance::Id', 'i-0123456789abcdef0'],
  ['SecurityGroup', 'sg-0123456789abcdef0'],
  ['Subnet::Id', 'subnet-0123456789abcdef0'],
  ['VPC::Id', 'vpc-0123456789abcdef0'],
  ['Volume::Id', 'vol-0123456789abcdef0'],
  ['HostedZone', 'Z0123456789ABCDEFGHIJ'],
]

/** How many items a list gets: templates select up to this many subnets. */
const LIST_LENGTH = 6

/**
 * A value for every parameter that has no default, of a shape that its declaration accepts where one can be guessed:
 * for trying a template that somebody else wrote.
 */
export function plausibleParameters(template: Template): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, declaration] of template.parameters)
    if (declaration.default === undefined) values[name] = plausible(name, declaration)
  return values
}

function plausible(name: string, declaration: ParameterDeclaration): string {
  const text = candidates(declaration).find((text) => isAccepted(name, declaration, text))
  return text ?? candidates(declaration)[0] ?? ''
}

function candidates(declaration: ParameterDeclaration): string[] {
  const { type, allowedValues, minLength } = declaration
  if (allowedValues?.[0] !== undefined) return [allowedValues[0]]
  if (isNumberType(type)) {
    const number = String(declaration.minValue ?? declaration.maxValue ?? 1)
    return [isListType(type) ? Array.from({ length: LIST_LENGTH }, () => number).join(',') : number]
  }
  const typed = TYPE_SHAPES.find(([word]) => type.includes(word))?.[1]
  const shapes = [...(typed === undefined ? [] : [typed]), ...SHAPES]
  const texts = shapes.flatMap((text) => [text, text.padEnd(minLength ?? 0, 'x')])
  if (!isListType(type)) return texts
  return [...texts.map((text) => Array.from({ length: LIST_LENGTH }, () => text).join(',')), ...texts]
}

function isAccepted(name: string, declaration: ParameterDeclaration, value: string): boolean {
  let accepted = true
  resolveParameters({ parameters: new Map([[name, declaration]]) }, { given: [{ key: name, value }] }, () => {
    accepted = false
  })
  return accepted
}
