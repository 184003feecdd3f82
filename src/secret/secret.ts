/** Resolves references to secrets (`env://NAME`, `file:///path`, `aws-sm://id#key`, `aws-ssm:///name`). */
export interface SecretResolver {
  /**
   * The secret's value. Throws `stalled` (`SecretNotFound`, `InvalidReference`) or `backoff` errors that name the
   * reference, never the value.
   */
  resolve(reference: string): Promise<string>
}
