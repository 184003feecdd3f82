import * as z from 'zod'
import type { Clock, Random } from '../../../api/clock.ts'
import type { Section } from '../section.ts'
import { controlCommand } from '../section.ts'
import { defaultSubscription } from '../subscriptions.ts'
import type { World } from '../world.ts'
import type { Clients } from './clients.ts'
import { endpointRoutes } from './endpoints.ts'
import { loginRoutes } from './login.ts'
import { managedRoutes } from './managed.ts'
import type { Tokens } from './tokens.ts'

/** What the sandbox's identities are made of. */
export interface IdentityParts {
  clock: Clock
  random: Random
  world: World
  clients: Clients
  tokens: Tokens
}

/** Everything about who one is: the cloud's metadata document, Entra's tokens, managed identities. */
export function identitySection({ clock, random, world, clients, tokens }: IdentityParts): Section {
  const parts = {
    clock,
    random,
    clients,
    tokens,
    tenantId: world.tenantId,
    subscriptionId: defaultSubscription,
  }
  return {
    routes: [...endpointRoutes(), ...loginRoutes(parts), ...managedRoutes(parts)],
    commands: {
      client: controlCommand(
        'what an application or managed identity signs in with; `denied`: no tokens for it',
        z.strictObject({
          clientId: z.string(),
          secret: z.string().optional(),
          federated: z
            .array(z.strictObject({ issuer: z.string(), subject: z.string(), audience: z.string() }))
            .optional(),
          denied: z.boolean().optional(),
        }),
        (rule) => clients.setRule(rule),
      ),
    },
  }
}
