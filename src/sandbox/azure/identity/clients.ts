/** What an application may do; everything, unless the sandbox was told otherwise. */
export interface ClientRule {
  clientId: string
  /** The only secret that is right. Default: any. */
  secret?: string | undefined
  /** The only outsiders whose assertions are taken. Default: any. */
  federated?: readonly { issuer: string; subject: string; audience: string }[] | undefined
  /** Tokens are refused, for this reason. */
  denied?: boolean | undefined
}

/** An assertion that was exchanged, or refused: what a test asks about a federated sign-in. */
export interface PresentedAssertion {
  /** Milliseconds since the epoch. */
  at: number
  clientId: string
  issuer: string
  subject: string
  audience: string
  accepted: boolean
}

/** The applications (and managed identities) that were spoken of. */
export interface Clients {
  setRule(rule: ClientRule): void
  ruleOf(clientId: string): ClientRule
  note(assertion: PresentedAssertion): void
  assertions(): PresentedAssertion[]
  clear(): void
}

const keptAssertions = 1000

/** No rules at first. */
export function createClients(): Clients {
  const rules = new Map<string, ClientRule>()
  let presented: PresentedAssertion[] = []
  return {
    setRule: (rule) => void rules.set(rule.clientId.toLowerCase(), rule),
    ruleOf: (clientId) => rules.get(clientId.toLowerCase()) ?? { clientId },
    note(assertion) {
      presented = [...presented, assertion].slice(-keptAssertions)
    },
    assertions: () => presented,
    clear() {
      rules.clear()
      presented = []
    },
  }
}
