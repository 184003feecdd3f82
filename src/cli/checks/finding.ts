/** One thing that was looked at. */
export interface Finding {
  what: string
  outcome: 'good' | 'bad' | 'skipped'
  /** What was found, or what is wrong and what to change; a line each. */
  message: string
}
