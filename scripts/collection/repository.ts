import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { apiVersion } from '../../src/api/kinds/common.ts'
import { rootName } from '../../src/compose/root.ts'
import { capabilityNeeds } from '../../src/template/cloudformation/capabilities.ts'
import { plausibleParameters } from '../../src/template/cloudformation/plausible.ts'
import { type Needs, needsOf } from './needs.ts'
import type { CollectionFile } from './templates.ts'

const run = promisify(execFile)

/** One template of the collection as it is declared: in an account of its own, so that none is in another's way. */
export interface Member {
  /** Name of the object and of the stack. */
  name: string
  /** Path of its template below the collection's folder. */
  path: string
  account: string
  needs: Needs
  /** The template's text is too long for a request's body. */
  isLarge: boolean
}

/** A git repository with the whole collection in it, and a document for each of its templates. */
export interface CollectionRepository {
  directory: string
  members: Member[]
  /** Commits a revision that declares none of them any more. */
  removeDocuments(): Promise<void>
}

/** Where all stacks are. */
export const region = 'us-east-1'
/** Namespace of everything declared for the collection. */
export const namespace = 'collection'

/** The most a request's TemplateBody may hold, in bytes. */
const bodyLimitBytes = 51_200
const settings = ['user.name=collection', 'user.email=collection@localhost', 'commit.gpgsign=false']

/**
 * Makes the repository in a folder that does not exist yet. The collection's own files lie below the same path as the
 * documents: what is not ours must be left alone.
 */
export async function createRepository(
  directory: string,
  files: readonly CollectionFile[],
): Promise<CollectionRepository> {
  const git = (...args: string[]) =>
    run('git', [...settings.flatMap((setting) => ['-c', setting]), '-C', directory, ...args])
  const commit = async (message: string) => {
    await git('add', '--all')
    await git('commit', '--quiet', '-m', message)
  }
  await mkdir(directory, { recursive: true })
  await git('init', '--quiet', '-b', 'main')
  await write(directory, 'clusters/collection.yaml', stringify(kustomization))
  for (const { path, body } of files) await write(directory, `fleet/templates/${path}`, body)
  const members: Member[] = []
  for (const [index, file] of files.entries()) {
    if (file.kind !== 'template') continue
    const { member, documents, exporter } = describe(file, index)
    members.push(member)
    await write(directory, `fleet/stacks/${member.name}.yaml`, documents)
    if (exporter !== undefined)
      await write(directory, `fleet/templates/${member.name}.exports.json`, exporter)
  }
  await commit('the collection')
  return {
    directory,
    members,
    async removeDocuments() {
      await rm(join(directory, 'fleet/stacks'), { recursive: true })
      await commit('nothing of the collection')
    },
  }
}

const kustomization = {
  apiVersion,
  kind: 'Kustomization',
  metadata: { name: 'collection', namespace },
  spec: {
    sourceRef: { name: rootName, namespace: rootName },
    path: './fleet',
    prune: true,
    allowEmpty: true,
  },
}

function describe(
  { path, body, template }: Extract<CollectionFile, { kind: 'template' }>,
  index: number,
): { member: Member; documents: string; exporter: string | undefined } {
  const name = `c${String(index).padStart(3, '0')}-${slug(path)}`
  const account = String(100_000_000_000 + index)
  const parameters = ownBuckets(plausibleParameters(template), index)
  const needs = needsOf(template, parameters, { account, region, stackName: name })
  const isLarge = Buffer.byteLength(body) > bodyLimitBytes
  const capabilities = [...new Set(capabilityNeeds(template).map(({ capability }) => capability))]
  const common = {
    region,
    deployAs: { roleArn: `arn:aws:iam::${account}:role/headwater` },
    deletionPolicy: 'Delete',
  }
  const stack = document(name, {
    ...common,
    template: `/fleet/templates/${path}`,
    parameters,
    capabilities: withNested(capabilities, needs),
    ...(needs.exports.length === 0 ? {} : { dependsOn: [{ name: `${name}-exports` }] }),
  })
  const producer = document(`${name}-exports`, {
    ...common,
    template: `/fleet/templates/${name}.exports.json`,
  })
  return {
    member: { name, path, account, needs, isLarge },
    documents: needs.exports.length === 0 ? stack : `${stack}---\n${producer}`,
    exporter: needs.exports.length === 0 ? undefined : exporting(needs.exports),
  }
}

/** The name of a bucket is taken for everybody once somebody has it. */
function ownBuckets(parameters: Record<string, string>, index: number): Record<string, string> {
  const own = ([name, value]: [string, string]): [string, string] =>
    value === 'example' && /bucket/i.test(name) ? [name, `example-${index}`] : [name, value]
  return Object.fromEntries(Object.entries(parameters).map(own))
}

/** What nested templates need, their parent must be given. */
function withNested(capabilities: readonly string[], needs: Needs): string[] {
  return needs.urls.length === 0 ? [...capabilities] : ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']
}

function document(name: string, spec: Record<string, unknown>): string {
  return stringify({ apiVersion, kind: 'CloudFormationStack', metadata: { name, namespace }, spec })
}

/** A template that exports what another imports. */
function exporting(names: readonly string[]): string {
  const output = (name: string) => ({ Value: 'vpc-0123456789abcdef0', Export: { Name: name } })
  return JSON.stringify({
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    Outputs: Object.fromEntries(names.map((name, index) => [`Value${index}`, output(name)])),
  })
}

function slug(path: string): string {
  const text = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  return text.slice(0, 40).replaceAll(/^-+|-+$/g, '')
}

async function write(directory: string, path: string, text: string): Promise<void> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
