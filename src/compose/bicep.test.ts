import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBicep } from '../target/azure/bicep/find.ts'
import { besides } from './bicep.ts'

/* That the bundled functions find it so stands in test/interop/azure-deployments.test.ts. */
describe('the compiler in the package of a function is found', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-package-'))
    const file = join(root, 'bicep/bicep')
    await mkdir(dirname(file))
    await writeFile(file, 'x')
    await chmod(file, 0o755)
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  it.each<{ name: string; variable?: string; code: string }>([
    { name: 'from a chunk', code: 'chunks/bicep-1.mjs' },
    { name: 'from an entry on Azure', code: 'functions/worker.mjs' },
    { name: 'from an entry on Lambda', code: 'worker.mjs' },
    { name: 'by the word of Lambda', variable: 'LAMBDA_TASK_ROOT', code: '/elsewhere/a/b.mjs' },
    { name: 'by the word of the host', variable: 'AzureWebJobsScriptRoot', code: '/elsewhere/a/b.mjs' },
    {
      name: 'by the word of the worker',
      variable: 'FUNCTIONS_APPLICATION_DIRECTORY',
      code: '/elsewhere/a/b.mjs',
    },
  ])('$name', async ({ variable, code }) => {
    const env = variable === undefined ? {} : { [variable]: root }
    const beside = besides(env, code.startsWith('/') ? code : join(root, code))
    expect(await findBicep({ env, beside })).toMatchObject({ type: 'found', path: join(root, 'bicep/bicep') })
  })

  it('and not elsewhere', async () => {
    const beside = besides({}, '/elsewhere/a/b.mjs')
    expect(await findBicep({ env: {}, beside })).toMatchObject({ type: 'missing' })
  })
})
