import type * as z from 'zod'
import { azureDeploymentSpec } from './azure-deployment.ts'
import { cloudFormationStackSpec } from './cloud-formation-stack.ts'
import { gitRepositorySpec } from './git-repository.ts'
import { kustomizationSpec } from './kustomization.ts'

/** A kind: its schema, and what a person may call it on the command line. */
export interface Kind {
  kind: string
  spec: z.ZodType<Record<string, unknown>>
  /** Names accepted by the CLI besides the kind's own, in any letter case. */
  shortNames: readonly string[]
  /** One sentence for the reference page. */
  summary: string
}

/** Every kind there is; the reference docs and the editors' schemas are made from it. */
export const kinds: readonly Kind[] = [
  {
    kind: 'GitRepository',
    spec: gitRepositorySpec,
    shortNames: ['source', 'sources', 'git', 'gitrepositories'],
    summary: 'A git repository and what of it to follow: where truth lives.',
  },
  {
    kind: 'Kustomization',
    spec: kustomizationSpec,
    shortNames: ['ks', 'kustomizations'],
    summary: 'Loads objects from a path of a source.',
  },
  {
    kind: 'CloudFormationStack',
    spec: cloudFormationStackSpec,
    shortNames: ['stack', 'stacks', 'cfn', 'cloudformationstacks'],
    summary: 'One CloudFormation stack: its template, its parameters, and what may happen to it.',
  },
  {
    kind: 'AzureDeployment',
    spec: azureDeploymentSpec,
    shortNames: ['azure', 'arm', 'bicep', 'azuredeployments'],
    summary: 'One ARM or Bicep deployment, or a deployment stack, and what may happen to it.',
  },
]

/** The kind of that name, written as in manifests. */
export function findKind(name: string): Kind | undefined {
  return kinds.find(({ kind }) => kind === name)
}

/** The kind that a person means by a word: `stack`, `cloudformationstack`, `ks`. */
export function kindByWord(word: string): Kind | undefined {
  const lower = word.toLowerCase()
  return kinds.find(({ kind, shortNames }) => kind.toLowerCase() === lower || shortNames.includes(lower))
}
