import { HeadwaterError, stalled, transient } from '../../../api/errors.ts'

/** What went wrong on the way, as an error of ours; the text of the other side is left out. */
export function networkError(error: unknown, where: string, signal: AbortSignal): HeadwaterError {
  if (signal.aborted && signal.reason instanceof HeadwaterError) return signal.reason
  if (error instanceof HeadwaterError) return error
  const code = codeOf(error)
  if (code !== undefined && /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) {
    return stalled(
      'CertificateNotTrusted',
      `${where} shows a certificate that is not trusted (${code}); put its authority into secretRef as "ca.crt"`,
      error,
    )
  }
  return transient('NetworkError', `${where} cannot be reached (${code ?? 'unknown'}); trying again`, error)
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return 'code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(error.code)
    ? error.code
    : undefined
}
