import { line } from './packets.ts'

/** Who we say we are; some hosts refuse those that do not begin with `git/`. */
export const agent = 'git/headwater'

/** What every v2 command begins with, after its name. */
export function requestHead(features: ReadonlyMap<string, string>): string[] {
  return [
    ...(features.has('agent') ? [line(`agent=${agent}`)] : []),
    ...(features.has('object-format') ? [line('object-format=sha1')] : []),
  ]
}
