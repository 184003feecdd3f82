import type { DeploymentEngine } from '../deployments/engine.ts'
import type { ScopeKind } from '../deployments/place.ts'
import { scopePatterns } from '../deployments/place.ts'
import type { Route } from '../route.ts'
import type { Section } from '../section.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'
import { createStackBook } from './book.ts'
import { stackCommands } from './commands.ts'
import { createStack, validateStack } from './create.ts'
import { deleteStack } from './delete.ts'
import { denyRefusal } from './deny.ts'
import { exportStack, getStack, listStacks } from './look.ts'
import type { WhatIfResults } from './results/handle.ts'
import {
  configureResult,
  createWhatIfResults,
  deleteResult,
  getResult,
  listResults,
  putResult,
} from './results/handle.ts'
import type { StackEngine } from './run.ts'

const scopes: readonly (readonly [ScopeKind, string])[] = [
  ['resourceGroup', 'AtResourceGroup'],
  ['subscription', 'AtSubscription'],
  ['managementGroup', 'AtManagementGroup'],
]

/** Deployment stacks and their what-ifs, over the engine that deploys. Their deny assignments hold for what it writes. */
export function stackSection(deployments: DeploymentEngine): Section {
  const engine: StackEngine = { deployments, book: createStackBook(deployments.world) }
  const results = createWhatIfResults(engine)
  deployments.world.guards.add((attempt) => denyRefusal(engine.book, attempt))
  return {
    routes: scopes.flatMap(([kind, suffix]) => [
      ...stackRoutes(engine, kind, suffix),
      ...resultRoutes(engine, results, kind, suffix),
    ]),
    commands: stackCommands(engine),
  }
}

function stackRoutes(engine: StackEngine, kind: ScopeKind, suffix: string): Route[] {
  const base = `${scopePatterns[kind]}/providers/Microsoft.Resources/deploymentStacks`
  const route = (
    method: string,
    path: string,
    action: string,
    answer: (engine: StackEngine, request: ArmRequest) => ArmAnswer,
  ): Route => ({
    method,
    pattern: `${base}${path}`,
    action: `${action}${suffix}`,
    handle: (request) => answer(engine, request),
  })
  return [
    route('GET', '', 'DeploymentStacksList', listStacks),
    route('GET', '/:name', 'DeploymentStacksGet', getStack),
    route('PUT', '/:name', 'DeploymentStacksCreateOrUpdate', createStack),
    route('DELETE', '/:name', 'DeploymentStacksDelete', deleteStack),
    { ...route('POST', '/:name/validate', 'DeploymentStacksValidateStack', validateStack), mutating: false },
    {
      ...route('POST', '/:name/exportTemplate', 'DeploymentStacksExportTemplate', exportStack),
      mutating: false,
    },
  ]
}

function resultRoutes(engine: StackEngine, results: WhatIfResults, kind: ScopeKind, suffix: string): Route[] {
  const base = `${scopePatterns[kind]}/providers/Microsoft.Resources/deploymentStacksWhatIfResults`
  const route = (
    method: string,
    path: string,
    action: string,
    answer: (engine: StackEngine, results: WhatIfResults, request: ArmRequest) => ArmAnswer,
  ): Route => ({
    method,
    pattern: `${base}${path}`,
    action: `${action}${suffix}`,
    handle: (request) => answer(engine, results, request),
  })
  return [
    route('GET', '', 'DeploymentStacksWhatIfResultsList', listResults),
    route('GET', '/:name', 'DeploymentStacksWhatIfResultsGet', getResult),
    route('PUT', '/:name', 'DeploymentStacksWhatIfResultsCreateOrUpdate', putResult),
    route('DELETE', '/:name', 'DeploymentStacksWhatIfResultsDelete', deleteResult),
    {
      ...route('POST', '/:name/whatIf', 'DeploymentStacksWhatIfResultsWhatIf', configureResult),
      mutating: false,
    },
  ]
}
