import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createSeededRandom } from '../../test/support/virtual-clock.ts'
import { openBlobStore } from './index.ts'

const ports = { random: createSeededRandom(), env: { AWS_REGION: 'eu-central-1' } }
const name = 'a'.repeat(64)

it.each([
  { url: 'gs://bucket', message: '"gs://bucket" has an unknown scheme; known: file, s3, azblob, memory' },
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

it('finds the region of a profile as the SDK does, or asks for one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-aws-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  vi.stubEnv('AWS_REGION', undefined)
  vi.stubEnv('AWS_PROFILE', undefined)
  vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'config'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const nowhere = { ...ports, env: {} }
  await expect(openBlobStore('s3://bodies', nowhere)).rejects.toMatchObject({
    reason: 'InvalidSetting',
    message: '"s3://bodies" names no region; add ?region=eu-west-1 or set AWS_REGION',
  })
  await writeFile(path.join(folder, 'other'), '[default]\nregion = ap-south-1\n')
  vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'other'))
  const blobs = await openBlobStore('s3://bodies', nowhere)
  expect(blobs.url(name)).toBe(`https://bodies.s3.ap-south-1.amazonaws.com/${name}`)
})
