import { ApiError } from '../cloudformation/errors.ts'
import type { ObjectAddress } from './address.ts'
import type { Bucket, Buckets } from './buckets.ts'

/** An error of S3: some carry the bucket or key they are about. */
export class S3Error extends ApiError {
  readonly members: Record<string, string>

  constructor(code: string, message: string, status: number, members: Record<string, string> = {}) {
    super(code, message, status)
    this.members = members
  }
}

/** The bucket a request is about; throws NoSuchBucket, and AccessDenied when it is another account's. */
export function wantedBucket(buckets: Buckets, request: { address: ObjectAddress; account: string }): Bucket {
  const name = request.address.bucket
  const bucket = buckets.get(name)
  if (bucket === undefined) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name })
  }
  if (bucket.account !== request.account) throw new S3Error('AccessDenied', 'Access Denied', 403)
  return bucket
}

/** A condition of the request (`If-Match`, `If-None-Match`) does not hold. */
export function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    412,
    {
      Condition: condition,
    },
  )
}
