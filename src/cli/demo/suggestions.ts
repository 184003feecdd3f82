import type { Paint } from '../paint.ts'

/** What to try while the demo runs; every command works as it is printed, from the folder the demo was started in. */
export function suggestions(options: { repository: string; paint: Paint; platform: string }): string {
  const { repository, paint } = options
  // BSD's sed wants the name of a backup, GNU's does not take an empty one as a word of its own.
  const sed = options.platform === 'darwin' ? "sed -i ''" : 'sed -i'
  const lines: [string, string, string?][] = [
    [
      'change something',
      `${sed} s/t3.small/t3.large/ ${repository}/stacks/web.yaml && git -C ${repository} commit -qam bigger`,
    ],
    [
      'break something',
      'npx headwater demo break web',
      'a bad template: see what is said of it, then: npx headwater demo fix. In the other cloud: demo break site',
    ],
    [
      'drift',
      'npx headwater demo drift eu/network',
      'somebody edits the cloud by hand; it is put back. In the other cloud: demo drift we/landing',
    ],
    [
      'remove a stack',
      `git -C ${repository} rm -q stacks/api.yaml && git -C ${repository} commit -qm "no api"`,
    ],
    ['plan', `npx headwater diff --path ${repository}`, 'after an edit: what would happen'],
    ['look', 'npx headwater get all -A', 'and: events -A, trace stack web -n eu, tree'],
  ]
  const text = lines.map(([what, command, note]) => {
    const first = `  ${paint.strong(what.padEnd(16))}  ${command}`
    return note === undefined ? `${first}\n` : `${first}\n${' '.repeat(20)}${paint.dim(note)}\n`
  })
  return `\nTry it from another terminal (the demo keeps following the repository; ctrl-c ends it):\n${text.join('')}\n`
}
