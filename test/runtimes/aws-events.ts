import { createHmac } from 'node:crypto'

/** Events as AWS sends them, from its documentation; account and ids are made up. */

/** EventBridge Scheduler without an input of its own: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html */
export const scheduledEvent = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '123456789012',
  time: '2026-11-23T06:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:scheduler:eu-west-1:123456789012:schedule/default/headwater'],
  detail: '{}',
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html */
export function stackStatusEvent(stackId: string, status: string) {
  return {
    version: '0',
    id: 'd3ba1f0a-3c5c-4a3d-8f3d-7a2f3f2f7c11',
    'detail-type': 'CloudFormation Stack Status Change',
    source: 'aws.cloudformation',
    account: '123456789012',
    time: '2026-11-23T06:00:00Z',
    region: 'eu-west-1',
    resources: [stackId],
    detail: {
      'stack-id': stackId,
      'status-details': { status, 'status-reason': '' },
      'client-request-token': '',
    },
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function queueEvent(bodies: string[]) {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `059f36b4-87a3-44ab-83d2-66197597a6d${index}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1545082649183',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1545082649185',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:headwater',
      awsRegion: 'eu-west-1',
    })),
  }
}

/** GitHub's push over a function URL, payload version 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
export function pushEvent(options: { url: string; secret: string; delivery: string }) {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    before: '0000000000000000000000000000000000000000',
    after: options.delivery,
    repository: { id: 1, full_name: 'acme/fleet', clone_url: options.url, default_branch: 'main' },
    pusher: { name: 'ana' },
  })
  const signature = createHmac('sha256', options.secret).update(body).digest('hex')
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/webhook/github',
    rawQueryString: '',
    headers: {
      'content-length': String(body.length),
      'x-amzn-trace-id': 'Root=1-5e1b4151-5ac6c58f5f5f3f5f5f5f5f5f',
      'x-forwarded-proto': 'https',
      host: 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws',
      'x-forwarded-port': '443',
      'x-forwarded-for': '140.82.115.1',
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      accept: '*/*',
      'x-github-event': 'push',
      'x-github-delivery': options.delivery,
      'x-hub-signature-256': `sha256=${signature}`,
    },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abcdefghijklmnopqrstuvwxyz012345',
      domainName: 'abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'abcdefghijklmnopqrstuvwxyz012345',
      http: {
        method: 'POST',
        path: '/webhook/github',
        protocol: 'HTTP/1.1',
        sourceIp: '140.82.115.1',
        userAgent: 'GitHub-Hookshot/044aadd',
      },
      requestId: '7d0c8b3a-6d2f-4f0e-9a0e-0f5b0e0b0c0d',
      routeKey: '$default',
      stage: '$default',
      time: '23/Nov/2026:06:00:00 +0000',
      timeEpoch: 1795413600000,
    },
    // A function URL hands over binary types as base64, JSON as text; both are read.
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }
}
