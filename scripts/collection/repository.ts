import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { apiVersion } from '../../src/api/kinds/common.ts'
import { rootName } from '../../src/compose/root.ts'
import { capabilityNeeds, impliedNeeds } from '../../src/template/cloudformation/capabilities.ts'
import { plausibleParameters } from '../../src/template/cloudformation/plausible.ts'
import type { Template } from '../../src/template/cloudformation/template.ts'
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
  /** Transforms by whatever name: the sandbox runs AWS::Include and AWS::LanguageExtensions only. */
  transforms: string[]
}

/** A git repository with the whole collection in it, and a document for each of its templates. */
export interface CollectionRepository {
  directory: string
  members: Member[]
  /** Commits a revision in which every stack has this tag. */
  tagAll(key: string, value: string): Promise<void>
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
  const declared = files.flatMap((file, index) => (file.kind === 'template' ? [declare(file, index)] : []))
  const writeDocuments = async (tags: Record<string, string>) => {
    for (const { member, specs } of declared) {
      const documents = Object.entries(specs).map(([name, spec]) => document(name, { ...spec, tags }))
      await write(directory, `fleet/stacks/${member.name}.yaml`, documents.join('---\n'))
    }
  }
  for (const { member } of declared) {
    const { exports } = member.needs
    if (exports.length > 0) await write(directory, exporterOf(member.name), exporting(exports))
  }
  await writeDocuments({})
  await commit('the collection')
  return {
    directory,
    members: declared.map(({ member }) => member),
    async tagAll(key, value) {
      await writeDocuments({ [key]: value })
      await commit(`${key}: ${value} on everything`)
    },
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

type Specs = Record<string, Record<string, unknown>>

/** A template as a stack, and what must be there before it; the specs are by the objects' names. */
function declare(
  { path, body, template }: Extract<CollectionFile, { kind: 'template' }>,
  index: number,
): { member: Member; specs: Specs } {
  const name = `c${String(index).padStart(3, '0')}-${slug(path)}`
  const account = String(100_000_000_000 + index)
  const parameters = ownBuckets(plausibleParameters(template), index)
  const needs = needsOf(template, parameters, { account, region, stackName: name })
  const isLarge = Buffer.byteLength(body) > bodyLimitBytes
  const transforms = capabilityNeeds(template).flatMap(({ capability, type }) =>
    capability === 'CAPABILITY_AUTO_EXPAND' ? [type] : [],
  )
  const member = { name, path, account, needs, isLarge, transforms }
  const common = {
    region,
    deployAs: { roleArn: `arn:aws:iam::${account}:role/headwater` },
    deletionPolicy: 'Delete',
  }
  const file = `/fleet/templates/${path}`
  const stack = { ...common, template: file, parameters, capabilities: capabilitiesFor(template, needs) }
  if (needs.exports.length === 0) return { member, specs: { [name]: stack } }
  const producer = `${name}-exports`
  const dependsOn = [{ name: producer }]
  return {
    member,
    specs: { [name]: { ...stack, dependsOn }, [producer]: { ...common, template: `/${exporterOf(name)}` } },
  }
}

/** The name of a bucket is taken for everybody once somebody has it. */
function ownBuckets(parameters: Record<string, string>, index: number): Record<string, string> {
  const own = ([name, value]: [string, string]): [string, string] =>
    value === 'example' && /bucket/i.test(name) ? [name, `example-${index}`] : [name, value]
  return Object.fromEntries(Object.entries(parameters).map(own))
}

/** What it needs and what its nested templates, which are not looked into, may need. */
function capabilitiesFor(template: Template, needs: Needs): string[] {
  if (needs.urls.length > 0) return ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']
  const made = [...capabilityNeeds(template), ...impliedNeeds(template)]
  // Globals may leave the role to the transform too.
  const mayMakeRole = template.source['Globals'] === undefined ? [] : ['CAPABILITY_IAM']
  return [...new Set([...made.map(({ capability }) => capability), ...mayMakeRole])]
}

function exporterOf(name: string): string {
  return `fleet/templates/${name}.exports.json`
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
