import type { Clock, Random } from '../../../api/clock.ts'
import type { ResourceFacts } from '../../../template/cloudformation/facts.ts'
import type { Faults } from './faults.ts'
import { loadResourceFacts } from '../../../template/cloudformation/spec-facts.ts'
import { TemplateError } from '../../../template/cloudformation/problem.ts'
import { actionOf } from './dispatch.ts'
import { validationError } from './errors.ts'
import { createFaultBook } from './fault-book.ts'
import { createFaults } from './misbehave.ts'
import { createNestedStacks } from './stacks/nested.ts'
import { createTemplateReader } from './templates/load.ts'
import { createTurns } from '../../turns.ts'
import { createTimeline } from '../../timeline.ts'
import { type World, createWorld } from './world.ts'

export { ApiError } from './errors.ts'
export type { Faults } from './faults.ts'

/** Who asks, and where: the HTTP front reads it from the request's signature. */
export interface CallContext {
  /** Twelve digits. */
  account: string
  region: string
  principalArn: string
  requestId: string
}

/** What the engine may look at or touch outside of CloudFormation; each is optional and then simply is not there. */
export interface Surroundings {
  /** The body behind a TemplateURL or an S3 location of a transform; undefined when there is nothing. */
  fetchTemplate(url: string): Promise<string | undefined>
  /** A parameter of the Parameter Store that no stack of the sandbox made. */
  ssmParameter?(name: string, context: { account: string; region: string }): string | undefined
  /** A secret's string that no stack of the sandbox made. */
  secret?(id: string, context: { account: string; region: string }): string | undefined
  /** Called when a resource has been made, so that a bucket in a template is a bucket in the sandbox's S3. */
  resourceCreated?(resource: LiveResource): void
  /** Called before a resource is deleted; a text refuses the deletion with that reason (`The bucket you tried to delete is not empty …`). */
  resourceDeleting?(resource: LiveResource): string | undefined
}

/** One resource as the surroundings see it. */
export interface LiveResource {
  account: string
  region: string
  /** `AWS::S3::Bucket`. */
  type: string
  physicalId: string
  properties: Readonly<Record<string, unknown>>
}

export interface CloudFormationEngineOptions extends Surroundings {
  clock: Clock
  random: Random
  /** How much faster than AWS: 1 (default) is plausible real durations, 100 a hundredth; 0 or Infinity makes everything due at once. */
  speed?: number
  /** Facts about resource types; AWS's own schemas, loaded at the first call, when left out. */
  facts?: ResourceFacts
}

/** CloudFormation without its wire. */
export interface CloudFormationEngine {
  /**
   * Answers one API call. `input` is the decoded request (scalars are strings, lists arrays); the answer is a plain
   * object (Dates, booleans, numbers; an absent member is left out). Rejects with ApiError.
   */
  handle(
    action: string,
    input: Record<string, unknown>,
    context: CallContext,
  ): Promise<Record<string, unknown>>
  /** How it is told to misbehave; see the page. */
  faults: Faults
}

/** A pretend CloudFormation for any number of accounts and regions, advanced only by the clock at each call. */
export function createCloudFormationEngine(options: CloudFormationEngineOptions): CloudFormationEngine {
  const { clock, random, speed, facts, ...surroundings } = options
  const book = createFaultBook()
  let world: World | undefined
  const loadWorld = async (): Promise<World> => {
    world ??= createWorld({
      timeline: createTimeline(clock),
      random,
      facts: facts ?? (await loadResourceFacts()),
      faults: book,
      surroundings,
      nested: createNestedStacks(),
      templates: createTemplateReader(),
      speed: speed ?? 1,
    })
    return world
  }
  const inTurn = createTurns()
  return {
    handle: (action, input, context) =>
      inTurn(async () => {
        const world = await loadWorld()
        await world.timeline.advance()
        const place = world.place(context)
        try {
          const answer = await actionOf(action)({ world, place, context }, input)
          await world.timeline.advance()
          return answer
        } catch (error) {
          throw error instanceof TemplateError ? validationError(error.message) : error
        }
      }),
    faults: createFaults({ clock, book, inTurn, loadWorld, world: () => world }),
  }
}
