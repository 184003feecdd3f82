import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ResponseError } from 'vscode-jsonrpc/node'
import type { BicepChild } from '../test/arm/bicep-child.ts'

/** The code under which the program answers that a call failed. */
const INVOCATION_ERROR = -32_000

type Answer = { readonly value: unknown } | { readonly refusal: string }

/**
 * The Bicep CLI with a folder of what it answered before, so that a collection that stays as it is can be counted again
 * in a minute. Compiled files are known by their path, snapshots by what they are made of.
 */
export function rememberBicep(child: BicepChild, folder: string): BicepChild {
  const remembered = async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const file = path.join(folder, `${createHash('sha256').update(key).digest('hex')}.json`)
    const known = await readKnown(file)
    const answer = known ?? (await answerOf(ask))
    if (known === undefined) await write(file, answer)
    if ('refusal' in answer) throw new Error(answer.refusal)
    return answer.value as T
  }
  return {
    ...child,
    compile: (file) => remembered(`compile ${file}`, () => child.compile(file)),
    async snapshot(file, place) {
      const template = await readFile(path.join(path.dirname(file), 'main.json'), 'utf8')
      const parameters = await readFile(file, 'utf8')
      const key = JSON.stringify(['snapshot', template, parameters, place])
      return remembered(key, () => child.snapshot(file, place))
    },
  }
}

async function answerOf(ask: () => Promise<unknown>): Promise<Answer> {
  try {
    return { value: await ask() }
  } catch (error) {
    // What the program itself says; not that its connection ended.
    if (error instanceof ResponseError && error.code === INVOCATION_ERROR) return { refusal: error.message }
    throw error
  }
}

async function readKnown(file: string): Promise<Answer | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Answer
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function write(file: string, answer: Answer): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(answer))
}
