/** Where an AWS client calls and as whom; what is left out is found by the SDK as its users know it (`AWS_REGION`, profiles, roles). */
export interface AwsLocation {
  region?: string
  /** For an emulator or a private endpoint. */
  endpoint?: string
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
}

/** A client's configuration as every AWS client here has it. */
export interface AwsClientConfig extends AwsLocation {
  maxAttempts: number
  requestHandler: { connectionTimeout: number; requestTimeout: number; throwOnRequestTimeout: boolean }
}

/**
 * The configuration of a small AWS client: one attempt, because when to try again is the controller's decision, and a
 * bound on each call (in milliseconds), which the SDK does not set and, without `throwOnRequestTimeout`, only logs.
 */
export function awsClientConfig(
  { region, endpoint, credentials }: AwsLocation,
  requestTimeoutMs = 10_000,
): AwsClientConfig {
  return {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  }
}

/** The location in a setting's query: `?region=eu-west-1&endpoint=http://127.0.0.1:4566`. */
export function awsLocationOf(query: URLSearchParams): AwsLocation {
  const region = query.get('region')
  const endpoint = query.get('endpoint')
  return { ...(region ? { region } : {}), ...(endpoint ? { endpoint } : {}) }
}
