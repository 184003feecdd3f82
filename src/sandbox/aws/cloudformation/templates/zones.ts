/** The zones of the regions that do not have just a, b and c, as a new account sees them. */
const ZONES: Readonly<Record<string, string>> = {
  'us-east-1': 'abcdef',
  'us-west-1': 'ac',
  'us-west-2': 'abcd',
  'ca-central-1': 'abd',
  'ap-northeast-1': 'acd',
  'ap-northeast-2': 'abcd',
}

/** What Fn::GetAZs answers for a region. */
export function availabilityZones(region: string): string[] {
  return (ZONES[region] ?? 'abc').split('').map((letter) => `${region}${letter}`)
}
