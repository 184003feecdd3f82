/**
 * Which stack a CloudFormation call is about, for counting: most say it, the others name a change set or a drift
 * detection by an id that an earlier answer gave out.
 */
export interface StackNames {
  /** The stack's name; undefined for a call about none, or about an id nobody saw. */
  of(input: Readonly<Record<string, unknown>>): string | undefined
  learn(input: Readonly<Record<string, unknown>>, answer: Readonly<Record<string, unknown>>): void
}

/** Knows nothing at first. */
export function createStackNames(): StackNames {
  const byId = new Map<string, string>()
  const of = (input: Readonly<Record<string, unknown>>): string | undefined => {
    const name = input['StackName']
    if (typeof name === 'string' && name !== '') return nameOf(name)
    for (const member of ['ChangeSetName', 'StackDriftDetectionId']) {
      const id = input[member]
      if (typeof id === 'string') return byId.get(id)
    }
    return undefined
  }
  return {
    of,
    learn(input, answer) {
      const stack = of(input)
      if (stack === undefined) return
      for (const member of ['Id', 'StackDriftDetectionId']) {
        const id = answer[member]
        if (typeof id === 'string') byId.set(id, stack)
      }
    },
  }
}

/** `arn:aws:cloudformation:eu-west-1:123456789012:stack/NAME/uuid` → `NAME`; a name is itself. */
function nameOf(stack: string): string {
  return /^arn:[^:]+:cloudformation:[^:]*:[^:]*:stack\/([^/]+)/.exec(stack)?.[1] ?? stack
}
