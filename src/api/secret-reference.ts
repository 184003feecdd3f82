/** How a reference to a secret is written; the value itself never stands in git. */
export const secretReferencePattern =
  /^(env:\/\/[A-Za-z_][A-Za-z0-9_]*|file:\/\/\/.+|aws-sm:\/\/.+|aws-ssm:\/\/\/.+|azure-kv:\/\/[^/]+\/.+)$/
