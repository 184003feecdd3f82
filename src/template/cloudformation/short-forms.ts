const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
]

const LONG_FORMS = new Map<string, string>([
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...FUNCTIONS.map((name): [string, string] => [`!${name}`, `Fn::${name}`]),
])

/** The key that a YAML tag stands for: `!Sub` is `Fn::Sub`. Undefined for a tag that is no function. */
export function longForm(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : LONG_FORMS.get(tag)
}

/**
 * The argument as the long form has it: `!GetAtt Bucket.Arn` is the list of the two, cut at the first dot, because
 * an attribute may have dots (`Endpoint.Address`) and a resource may not.
 */
export function longArgument(key: string, argument: unknown): unknown {
  if (key !== 'Fn::GetAtt' || typeof argument !== 'string') return argument
  const dot = argument.indexOf('.')
  return dot < 0 ? [argument] : [argument.slice(0, dot), argument.slice(dot + 1)]
}
