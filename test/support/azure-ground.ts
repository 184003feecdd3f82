import { afterEach, beforeEach } from 'vitest'
import type { AzureSandbox } from '../../src/sandbox/azure/server.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import { defaultSubscription } from '../../src/sandbox/azure/subscriptions.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createSeededRandom, createVirtualClock } from './virtual-clock.ts'

/** What an answer's body holds; tests look into it freely. */
export interface AnswerBody {
  [member: string]: AnswerBody & string & AnswerBody[]
}

/** An answer of the pretend ARM. */
export interface ArmReply {
  status: number
  headers: Headers
  body: AnswerBody
}

/** How a request differs from a plain GET with a token. */
export interface CallOptions {
  body?: unknown
  /** Default: `Bearer any`; an empty one sends none. */
  authorization?: string
  headers?: Record<string, string>
}

/** A pretend ARM on a clock that only the test moves. */
export interface AzureGround {
  sandbox: AzureSandbox
  clock: VirtualClock
  /** `GET /subscriptions/…?api-version=…`; a path below the default subscription begins with `~`. */
  call(line: string, options?: CallOptions): Promise<ArmReply>
  /** The status and the code of what a call is refused with: `404 ResourceGroupNotFound`. */
  refusal(line: string, options?: CallOptions): Promise<string>
  /** POSTs to the control endpoint. Throws the sentence of a refusal. */
  control(name: string, body?: unknown): Promise<void>
  /** Follows `Location` from an answer, moving the clock, until the answer is no 202 any more. */
  followed(reply: ArmReply): Promise<ArmReply>
}

/** What the tests' paths begin with, and the group that most of them use. */
export const subscription = `/subscriptions/${defaultSubscription}`

/** A fresh sandbox for each test of the suite. */
export function layAzureGround(options: { speed?: number } = {}): AzureGround {
  const state: { sandbox?: AzureSandbox; clock: VirtualClock } = { clock: createVirtualClock() }
  beforeEach(async () => {
    state.clock = createVirtualClock()
    state.sandbox = await createAzureSandbox({ clock: state.clock, random: createSeededRandom(), ...options })
  })
  afterEach(() => state.sandbox?.close())
  const sandbox = (): AzureSandbox => {
    if (state.sandbox === undefined) throw new Error('the ground is only there inside a test')
    return state.sandbox
  }

  async function call(line: string, options: CallOptions = {}): Promise<ArmReply> {
    const [method = 'GET', target = ''] = line.split(' ')
    const path = target.replace(/^~/, subscription)
    const url = path.startsWith('http') ? path : `${sandbox().url}${path}`
    const { body, authorization = 'Bearer any', headers = {} } = options
    const response = await fetch(versioned(url), {
      method,
      redirect: 'manual',
      headers: { ...(authorization === '' ? {} : { authorization }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const parsed = (text === '' ? {} : JSON.parse(text)) as AnswerBody
    return { status: response.status, headers: response.headers, body: parsed }
  }

  return {
    get sandbox() {
      return sandbox()
    },
    get clock() {
      return state.clock
    },
    call,
    async refusal(line, options) {
      const { status, body } = await call(line, options)
      return `${status} ${body['error']?.['code'] ?? ''}`
    },
    control: (name, body) => sandbox().control(name, body),
    async followed(reply) {
      let last = reply
      for (let round = 0; round < 100 && last.status === 202; round += 1) {
        state.clock.advance(1000 * Number(last.headers.get('retry-after') ?? 5))
        last = await call(`GET ${last.headers.get('location') ?? ''}`)
      }
      return last
    },
  }
}

/** A url gets the api-version of most tests where it names none; `?bare` keeps it as it is. */
function versioned(url: string): string {
  if (url.endsWith('?bare')) return url.slice(0, -'?bare'.length)
  if (/[?&]api-version=/.test(url)) return url
  return `${url}${url.includes('?') ? '&' : '?'}api-version=2024-11-01`
}
