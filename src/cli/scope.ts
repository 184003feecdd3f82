import type { Command } from 'commander'
import type { Scope } from './select.ts'

/** `-n` and `-A`, the same in every command that looks at several objects. */
export function addScopeOptions(command: Command): Command {
  return addNamespaceOption(command).option('-A, --all-namespaces', 'look into every namespace')
}

/** `-n`, for commands about one object. */
export function addNamespaceOption(command: Command): Command {
  return command.option('-n, --namespace <namespace>', 'namespace of the object (default: "default")')
}

/** Where state lives, for commands that need nothing else of the settings. */
export function addStoreOption(command: Command): Command {
  return command.option(
    '--store <url>',
    'where state lives: sqlite:///path, dynamodb://table (HEADWATER_STORE)',
  )
}

/** What the options above parse to. */
export interface ScopeOptions extends Scope {
  store?: string | undefined
}
