import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createSeededRandom } from '../../test/contracts/clock.ts'
import { openBlobStore } from './index.ts'

const ports = { random: createSeededRandom(), env: { AWS_REGION: 'eu-central-1' } }
const name = 'a'.repeat(64)

it.each([
  { url: 'gs://bucket', message: '"gs://bucket" has an unknown scheme; known: file, s3, memory' },
  { url: 'file://', message: '"file://" names no folder; write file:///path/to/blobs' },
  { url: 's3://', message: '"s3://" names no bucket; write s3://bucket or s3://bucket/prefix' },
  { url: 's3://A_B', message: '"s3://A_B" names no bucket; write s3://bucket or s3://bucket/prefix' },
])('refuses "$url"', async ({ url, message }) => {
  await expect(openBlobStore(url, ports)).rejects.toMatchObject({
    class: 'stalled',
    reason: 'InvalidSetting',
    message,
  })
})

it.each([
  { url: 's3://bodies', want: `https://bodies.s3.eu-central-1.amazonaws.com/${name}` },
  { url: 's3://bodies/', want: `https://bodies.s3.eu-central-1.amazonaws.com/${name}` },
  { url: 's3://bodies/a/b/?region=us-east-1', want: `https://bodies.s3.us-east-1.amazonaws.com/a/b/${name}` },
  { url: 's3://bodies/a?endpoint=http://127.0.0.1:1', want: `http://127.0.0.1:1/bodies/a/${name}` },
  { url: 'memory:', want: undefined },
])('$url names a body $want', async ({ url, want }) => {
  expect((await openBlobStore(url, ports)).url(name)).toBe(want)
})

it('opens a folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-blobs-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const blobs = await openBlobStore(`file://${folder}/below`, ports)
  expect(await blobs.has(await blobs.put(new TextEncoder().encode('x')))).toBe(true)
})
