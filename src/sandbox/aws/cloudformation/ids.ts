import type { Random } from '../../../api/clock.ts'

const UPPER_AND_LOWER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789'
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const HEX = '0123456789abcdef'
const ALPHABETS = { mixed: UPPER_AND_LOWER, lower: LOWER, upper: UPPER, hex: HEX, digits: '0123456789' }

/** A random text over one of the alphabets that AWS makes its names from. */
export function randomText(
  random: Random,
  length: number,
  alphabet: keyof typeof ALPHABETS = 'mixed',
): string {
  const letters = ALPHABETS[alphabet]
  let text = ''
  for (let index = 0; index < length; index += 1)
    text += letters[Math.floor(random.next() * letters.length)] ?? ''
  return text
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** The domain of AWS's endpoints in a region. */
export function urlSuffixOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

/** An ARN in a place; `region` and `account` can be blanked for the services that leave them out. */
export function arn(place: { region: string; account: string }, service: string, rest: string): string {
  return `arn:${partitionOf(place.region)}:${service}:${place.region}:${place.account}:${rest}`
}
