const AWS_TYPES: readonly string[] = [
  'AWS::EC2::AvailabilityZone::Name',
  'AWS::EC2::Image::Id',
  'AWS::EC2::Instance::Id',
  'AWS::EC2::KeyPair::KeyName',
  'AWS::EC2::SecurityGroup::GroupName',
  'AWS::EC2::SecurityGroup::Id',
  'AWS::EC2::Subnet::Id',
  'AWS::EC2::VPC::Id',
  'AWS::EC2::Volume::Id',
  'AWS::Route53::HostedZone::Id',
]

const PLAIN_TYPES: readonly string[] = [
  'String',
  'Number',
  'CommaDelimitedList',
  'List<Number>',
  'List<String>',
  'AWS::SSM::Parameter::Name',
  ...AWS_TYPES,
  ...AWS_TYPES.map((type) => `List<${type}>`),
]

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/

/** Whether CloudFormation knows a parameter type. */
export function isParameterType(type: string): boolean {
  const inner = ssmValueType(type)
  return PLAIN_TYPES.includes(type) || (inner !== undefined && PLAIN_TYPES.includes(inner))
}

/** The type of the value behind a name in the Parameter Store; undefined for every other type. */
export function ssmValueType(type: string): string | undefined {
  return SSM_VALUE.exec(type)?.[1]
}

/** Whether Ref answers a list. */
export function isListType(type: string): boolean {
  const inner = ssmValueType(type) ?? type
  return inner === 'CommaDelimitedList' || inner.startsWith('List<')
}

/** Whether the value, or each item of it, must be a number. */
export function isNumberType(type: string): boolean {
  return type === 'Number' || type === 'List<Number>'
}
