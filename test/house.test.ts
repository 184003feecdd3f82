import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseModule, readModules, type Module } from './house/module.ts'
import {
  checkAmbient,
  checkImports,
  checkLibraries,
  checkPurity,
  checkRooms,
  type LibraryRule,
} from './house/rules.ts'

/** One line per library: where it may be imported. A new dependency gets its line here, or stays out. */
const libraries: readonly LibraryRule[] = [
  [/^zod$/, /^src\/|^functions\//],
  [/^yaml$/, /^src\/(build|template|cli)\//],
  [/^jsonc-parser$/, /^src\/(template\/arm|build)\//],
  [/^vscode-jsonrpc\/node$/, /^src\/target\/azure\/bicep\//],
  [/^ignore$/, /^src\/source\/ignore-matcher\.ts$/],
  [/^semver$/, /^src\/source\/git\/refs\.ts$/],
  [/^isomorphic-git$/, /^src\/source\/git\/|^src\/cli\//],
  [/^openpgp$/, /^src\/source\/git\/verify\//],
  [/^ssh2$/, /^src\/source\/git\/ssh\//],
  [/^ipaddr\.js$/, /^src\/source\/git\/http\//],
  [/^commander$/, /^src\/cli\//],
  [/^picocolors$/, /^src\/cli\//],
  [/^pino$/, /^src\/compose\//],
  [/^p-limit$/, /^src\/reconcile\//],
  [/^@aws-cdk\/aws-service-spec$/, /^src\/template\/cloudformation\//],
  [/^@aws-cdk\/cloudformation-diff$/, /^src\/target\/cloudformation\//],
  [/^@aws-sdk\/client-cloudformation$/, /^src\/target\/cloudformation\//],
  [/^@aws-sdk\/client-sts$/, /^src\/target\/(cloudformation|azure)\/|^src\/cli\//],
  [/^@aws-sdk\/credential-providers$/, /^src\/target\/cloudformation\/|^src\/cli\//],
  [/^@azure\/identity$/, /^src\/target\/azure\//],
  [/^@aws-sdk\/client-dynamodb$/, /^src\/store\/dynamodb/],
  [/^@aws-sdk\/client-s3$/, /^src\/blob\/s3/],
  [/^@aws-sdk\/client-sqs$/, /^src\/queue\/sqs/],
  [/^@aws-sdk\/client-secrets-manager$/, /^src\/secret\/aws-secrets-manager/],
  [/^@aws-sdk\/client-ssm$/, /^src\/secret\/aws-ssm/],
  [/^aws-lambda$/, /^functions\/aws\//],
  [/^@azure\/data-tables$/, /^src\/store\/azure-table/],
  [/^@azure\/storage-queue$/, /^src\/queue\/azure-queue/],
  [/^@azure\/storage-blob$/, /^src\/blob\/azure-blob/],
  [/^(@azure\/functions|jose)$/, /^functions\/azure\//],
]

const root = path.resolve(import.meta.dirname, '..')

describe('the house', () => {
  let modules: Module[]
  beforeAll(async () => {
    modules = await readModules(root, ['src', 'functions'])
  })

  test('is really looked at', () => {
    expect(modules.length).toBeGreaterThan(50)
    expect(modules.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })
  test('rooms import only whom they may know', () => {
    expect(checkImports(modules)).toEqual([])
  })
  test('every room has its place in the rule', () => {
    expect(checkRooms(modules)).toEqual([])
  })
  test('time, chance and the environment come in as parameters', () => {
    expect(checkAmbient(modules)).toEqual([])
  })
  test('what is pure reaches out to nothing', () => {
    expect(checkPurity(modules)).toEqual([])
  })
  test('libraries stay with the driver that needs them', () => {
    expect(checkLibraries(modules, libraries)).toEqual([])
  })
  test('imports lead to files that exist, by their full names', () => {
    const known = new Set(modules.map(({ path }) => path))
    const missing = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ name }) => /^(src|functions)\//.test(name) && name.endsWith('.ts') && !known.has(name))
        .map(({ name, line }) => `${path}:${line} imports ${name}`),
    )
    expect(missing).toEqual([])
  })
})

describe('planted breaches are found', () => {
  let modules: Module[]
  beforeAll(async () => {
    modules = await readModules(path.join(root, 'test/fixtures/house'), ['src', 'functions'])
  })

  test('imports, of every form', () => {
    expect(checkImports(modules)).toEqual([
      'src/api/knows-build.ts:1 imports src/build/pure.ts: api may not know build',
      'src/build/knows-source.ts:1 imports src/source/source.ts: build may not know source',
      'src/compose/knows-cli.ts:1 imports src/cli/main.ts: compose may not know cli',
      'src/reconcile/knows-driver.ts:2 imports src/store/sqlite.ts: reconcile may not know store',
      'src/reconcile/knows-driver.ts:5 imports what only shows when it runs',
      'src/sandbox/knows-target.ts:1 imports src/target/cloudformation/client.ts: sandbox may not know target',
      'src/store/knows-blob.ts:3 imports src/blob/blob.ts: store may not know blob',
      'src/store/knows-blob.ts:5 imports src/queue/queue.ts: store may not know queue',
      'src/store/knows-blob.ts:7 imports src/secret/secret.ts: store may not know secret',
    ])
  })
  test('a room without a place', () => {
    expect(checkRooms(modules)).toEqual(['newroom'])
  })
  test('time, chance, environment', () => {
    expect(checkAmbient(modules)).toEqual([
      'src/target/cloudformation/ambient.ts:1 uses node:crypto#randomUUID: take it as a parameter',
      'src/target/cloudformation/ambient.ts:2 uses node:timers/promises: take it as a parameter',
      'src/target/cloudformation/ambient.ts:4 uses Date.now: take it as a parameter',
      'src/target/cloudformation/ambient.ts:5 uses new Date(): take it as a parameter',
      'src/target/cloudformation/ambient.ts:7 uses Math.random: take it as a parameter',
      'src/target/cloudformation/ambient.ts:8 uses setTimeout: take it as a parameter',
      'src/target/cloudformation/ambient.ts:9 uses process.env: take it as a parameter',
      'src/target/cloudformation/ambient.ts:10 uses process: take it as a parameter',
      'src/target/cloudformation/ambient.ts:11 uses AbortSignal.timeout: take it as a parameter',
    ])
  })
  test('a decision that reads a file', () => {
    expect(checkPurity(modules)).toEqual([
      'src/build/impure.ts:1 imports node:fs',
      'src/target/cloudformation/decide-x.ts:1 imports node:http',
    ])
  })
  test('a library out of its room', () => {
    expect(checkLibraries(modules, libraries)).toEqual([
      'src/store/library.ts:1 imports @aws-sdk/client-s3',
      'src/store/library.ts:2 imports left-pad',
    ])
  })
  test('what does not parse is no pass', () => {
    expect(() => parseModule('a.ts', 'import {')).toThrow('a.ts does not parse')
  })
})
