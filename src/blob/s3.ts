import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { awsClientConfig } from '../api/aws-client.ts'
import type { AwsLocation } from '../api/aws-client.ts'
import { awsErrorName, fromAwsError } from '../api/aws-error.ts'
import { stalled } from '../api/errors.ts'
import type { BlobStore } from './blob.ts'
import { checkBytes, checkName, sha256Of } from './sha256.ts'

/** Which bucket, and where in it. */
export interface S3BlobOptions extends AwsLocation {
  bucket: string
  /** Without slashes at its ends; '' is the bucket's root. */
  prefix: string
  /** CloudFormation needs it in the URL. */
  region: string
}

/** A body of a few megabytes over a slow line, in milliseconds. */
const requestTimeoutMs = 60_000

/**
 * Bodies in an S3 bucket. S3 checks what it gets against the same sha256 that names it; an upload appears whole or not
 * at all.
 */
export function createS3BlobStore(options: S3BlobOptions): BlobStore {
  const { bucket, prefix, endpoint } = options
  // An emulator's host name has no names of buckets below it.
  const config = { ...awsClientConfig(options, requestTimeoutMs), forcePathStyle: endpoint !== undefined }
  const client = new S3Client(config)
  const objectOf = (sha256: string) => {
    const name = checkName(sha256)
    return { Bucket: bucket, Key: prefix === '' ? name : `${prefix}/${name}` }
  }
  /** Undefined for what is not there. */
  const call = async <Answer>(run: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await run()
    } catch (error) {
      const name = awsErrorName(error)
      if (name === 'NoSuchKey' || name === 'NotFound') return undefined
      if (name === 'NoSuchBucket')
        throw stalled('BucketNotFound', `the bucket ${bucket} does not exist; check its name`, error)
      if (name === 'PermanentRedirect')
        throw stalled(
          'InvalidSetting',
          `the bucket ${bucket} is not in ${options.region}; name its region`,
          error,
        )
      throw fromAwsError(error, `bucket ${bucket}`)
    }
  }
  return {
    put: async (bytes) => {
      const sha256 = sha256Of(bytes)
      const checksum = Buffer.from(sha256, 'hex').toString('base64')
      await call(() =>
        client.send(new PutObjectCommand({ ...objectOf(sha256), Body: bytes, ChecksumSHA256: checksum })),
      )
      return sha256
    },
    get: async (sha256) => {
      const bytes = await call(async () => {
        const answer = await client.send(new GetObjectCommand(objectOf(sha256)))
        return answer.Body?.transformToByteArray()
      })
      return bytes && checkBytes(sha256, bytes)
    },
    has: async (sha256) =>
      (await call(() => client.send(new HeadObjectCommand(objectOf(sha256))))) !== undefined,
    url: (sha256) => urlOf(options, objectOf(sha256).Key),
  }
}

/**
 * The URL as CloudFormation takes it (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html,
 * TemplateURL). A bucket with dots in its name has no certificate of its own and is named in the path.
 */
function urlOf({ bucket, region, endpoint }: S3BlobOptions, key: string): string {
  const objectPath = key.split('/').map(encodeURIComponent).join('/')
  if (endpoint !== undefined) return `${endpoint.replace(/\/$/, '')}/${bucket}/${objectPath}`
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return bucket.includes('.')
    ? `https://s3.${region}.${domain}/${bucket}/${objectPath}`
    : `https://${bucket}.s3.${region}.${domain}/${objectPath}`
}

/** The region that the SDK finds by its own settings (environment, profile); undefined when it finds none. */
export async function findRegion(): Promise<string | undefined> {
  const client = new S3Client({})
  try {
    return await client.config.region()
  } catch (error) {
    if (error instanceof Error && error.message === 'Region is missing') return undefined
    throw fromAwsError(error, 'region of the bucket')
  } finally {
    client.destroy()
  }
}
