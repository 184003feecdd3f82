import type { Plugin } from 'esbuild'
import host from '../functions/azure/host.json' with { type: 'json' }
import { leanAws, withoutDrivers } from './lean-aws.ts'
import { leanAzure, leanIdentity } from './lean-azure.ts'
import { leanKinds, leanNode } from './lean-own.ts'

/** The five functions, by the names of their files. */
export const functionNames = ['schedule', 'worker', 'webhook', 'events', 'sync'] as const

/** A cloud that there is an artifact for. */
export type Cloud = 'aws' | 'azure'

/** What a cloud's artifact is made of, and what it may hold. */
interface Artifact {
  /** The oldest Node that it runs on. */
  target: string
  /** Where the entries lie in it. */
  entryNames: string
  /** Packages that the cloud brings itself. */
  external: string[]
  plugins: Plugin[]
  /** Files beside the code, by path. */
  more: Record<string, string>
  /** Most bytes of what one function loads before its handler runs: its entry and all that it imports at once. */
  entryBudget: number
  /** Most bytes of all code that objects of the cloud itself may need. */
  artifactBudget: number
  /**
   * The lazily loaded files that only objects of the other cloud need, or Bicep files, which need a compiler of 124 MB
   * beside, or one kind of repository and nobody else: by ssh, behind a GitHub App or in CodeCommit, signed, with rules of
   * what is ignored; and most bytes of all code together.
   */
  apart: { entries: RegExp; budget: number }
  /** What must not be in it. */
  foreign: RegExp
}

const anywhere = '@aws-cdk|commander|picocolors'

/** The artifacts. */
export const artifacts: Readonly<Record<Cloud, Artifact>> = {
  aws: {
    target: 'node24',
    entryNames: '[name]',
    external: [],
    plugins: [
      leanAws,
      leanIdentity,
      leanNode,
      leanKinds,
      withoutDrivers(
        'AWS',
        /[\\/]src[\\/]((store|queue|blob)[\\/]azure-(table|queue|blob)|source[\\/]git[\\/]local)\.ts$/,
      ),
    ],
    more: {},
    entryBudget: 250_000,
    artifactBudget: 900_000,
    apart: {
      entries:
        /^src\/(target\/azure\/(index|credential|aws-token|bicep\/(index|find))|build\/azure\/prepare|secret\/azure-key-vault|source\/(git\/(ssh|sign-in\/[\w-]+|verify\/verify-head)|ignore-matcher))\.ts$|^node_modules\/openpgp\//,
      budget: 2_250_000,
    },
    foreign: new RegExp(`node_modules/(@azure/(data-tables|storage-|functions)|${anywhere})`),
  },
  azure: {
    target: 'node22.13',
    entryNames: 'functions/[name]',
    // The host puts it beside the functions.
    external: ['@azure/functions-core'],
    plugins: [
      leanAws,
      leanIdentity,
      leanNode,
      leanKinds,
      leanAzure,
      withoutDrivers(
        'Azure',
        /[\\/]src[\\/](store[\\/]dynamodb|queue[\\/]sqs|blob[\\/]s3|secret[\\/]aws-(secrets-manager|ssm)|source[\\/]git[\\/]local)\.ts$/,
      ),
    ],
    more: {
      'host.json': `${JSON.stringify(host)}\n`,
      'package.json': `${JSON.stringify({ type: 'module', main: 'functions/*.mjs' })}\n`,
    },
    entryBudget: 250_000,
    artifactBudget: 1_300_000,
    apart: {
      entries:
        /^src\/(target\/(cloudformation\/(index|sdk)|azure\/(aws-token|bicep\/index))|build\/cloudformation\/check|source\/(git\/(ssh|sign-in\/[\w-]+|verify\/verify-head)|ignore-matcher))\.ts$|^node_modules\/openpgp\//,
      budget: 2_450_000,
    },
    foreign: new RegExp(
      `node_modules/(@aws-sdk/client-(dynamodb|s3|sqs|ssm|secrets-manager)|aws-lambda|${anywhere})/`,
    ),
  },
}
