import type { Surroundings } from './cloudformation/engine.ts'
import { objectOfUrl } from './s3/address.ts'
import type { Buckets } from './s3/buckets.ts'
import type { Values } from './values.ts'

/**
 * What CloudFormation sees of the rest of the pretend AWS: templates in S3 (whoever owns the bucket), parameters and
 * secrets that were set by hand, and buckets, which exist in S3 for as long as a stack has them.
 */
export function surroundingsOf(parts: {
  buckets: Buckets
  parameters: Values
  secrets: Values
  now: () => number
}): Surroundings {
  const { buckets, parameters, secrets } = parts
  return {
    async fetchTemplate(url) {
      const address = objectOfUrl(url)
      const objects = address === undefined ? undefined : buckets.get(address.bucket)?.objects
      // S3 reads a plus sign in a URL's path as a space.
      const object =
        address === undefined
          ? undefined
          : (objects?.get(address.key) ?? objects?.get(address.key.replaceAll('+', ' ')))
      return object === undefined ? undefined : Buffer.from(object.bytes).toString('utf8')
    },
    ssmParameter: (name, place) => parameters.get(place, name),
    secret: (id, place) => secrets.get(place, nameOfSecret(id)) ?? secrets.get(place, id),
    resourceCreated({ type, account, region, physicalId }) {
      if (type !== 'AWS::S3::Bucket' || buckets.get(physicalId) !== undefined) return
      buckets.create({ name: physicalId, account, region, createdAt: parts.now() })
    },
    resourceDeleting({ type, physicalId }) {
      if (type !== 'AWS::S3::Bucket') return undefined
      const bucket = buckets.get(physicalId)
      if (bucket !== undefined && bucket.objects.size > 0) {
        return 'The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: null)'
      }
      buckets.delete(physicalId)
      return undefined
    },
  }
}

/** A secret is asked for by its name or by its ARN, which ends in six letters of its own. */
function nameOfSecret(id: string): string {
  return /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:(.+?)(?:-[A-Za-z0-9]{6})?$/.exec(id)?.[1] ?? id
}
