import type { Handler, Route } from '../route.ts'
import type { Section } from '../section.ts'
import { deploymentCommands } from './commands.ts'
import { createDeployment, validateDeployment } from './create.ts'
import type { DeploymentEngine } from './engine.ts'
import {
  checkDeployment,
  exportDeployment,
  getDeployment,
  getOperation,
  listDeployments,
  listOperations,
} from './look.ts'
import type { ScopeKind } from './place.ts'
import { scopePatterns } from './place.ts'
import { cancelDeployment, deleteDeployment } from './stop.ts'

type Answering = (engine: DeploymentEngine, request: Parameters<Handler>[0]) => ReturnType<Handler>

const scopeNames: Readonly<Record<ScopeKind, string>> = {
  resourceGroup: '',
  subscription: 'AtSubscriptionScope',
  managementGroup: 'AtManagementGroupScope',
  tenant: 'AtTenantScope',
}

/** Deployments in every scope, over an engine that stacks share. */
export function deploymentSection(engine: DeploymentEngine): Section {
  return {
    routes: [...scopeKinds.flatMap((kind) => scopeRoutes(engine, kind)), ...shortRoutes(engine)],
    commands: deploymentCommands(engine),
  }
}

const scopeKinds: readonly ScopeKind[] = ['resourceGroup', 'subscription', 'managementGroup', 'tenant']

function scopeRoutes(engine: DeploymentEngine, kind: ScopeKind): Route[] {
  const base = `${scopePatterns[kind]}/providers/Microsoft.Resources/deployments`
  const route = (method: string, path: string, action: string, answer: Answering): Route => ({
    method,
    pattern: `${base}${path}`,
    action: `${action}${scopeNames[kind]}`,
    handle: (request) => answer(engine, request),
  })
  return [
    route('GET', '', 'DeploymentsList', listDeployments),
    route('GET', '/:name', 'DeploymentsGet', getDeployment),
    route('HEAD', '/:name', 'DeploymentsCheckExistence', checkDeployment),
    route('PUT', '/:name', 'DeploymentsCreateOrUpdate', createDeployment),
    route('DELETE', '/:name', 'DeploymentsDelete', deleteDeployment),
    { ...route('POST', '/:name/validate', 'DeploymentsValidate', validateDeployment), mutating: false },
    route('POST', '/:name/cancel', 'DeploymentsCancel', cancelDeployment),
    {
      ...route('POST', '/:name/exportTemplate', 'DeploymentsExportTemplate', exportDeployment),
      mutating: false,
    },
    route('GET', '/:name/operations', 'DeploymentOperationsList', listOperations),
    route('GET', '/:name/operations/:operationId', 'DeploymentOperationsGet', getOperation),
  ]
}

/** What az asks: operations of a resource group's deployment, on a path without the providers segment. */
function shortRoutes(engine: DeploymentEngine): Route[] {
  const base = `${scopePatterns.resourceGroup}/deployments/:name/operations`
  return [
    {
      method: 'GET',
      pattern: base,
      action: 'DeploymentOperationsListShort',
      handle: (request) => listOperations(engine, request),
    },
    {
      method: 'GET',
      pattern: `${base}/:operationId`,
      action: 'DeploymentOperationsGetShort',
      handle: (request) => getOperation(engine, request),
    },
  ]
}
