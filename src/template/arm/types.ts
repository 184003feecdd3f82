/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** A deployment template as ARM takes it: the JSON document, members in the order they are written. */
export type ArmTemplate = JsonObject

/** Where something stands in a document: keys and indexes from the top. */
export type ArmPath = readonly (string | number)[]

/** A place in a text, both counted from 1. */
export interface ArmPlace {
  readonly line: number
  readonly column: number
}

/** From a path to its place in the text; an unknown path gives the place of the nearest part that exists. */
export type Locate = (path: ArmPath) => ArmPlace

/** One thing that is wrong with a template or with the parameters given to it. */
export interface ArmProblem {
  /** PascalCase; where ARM refuses the same thing, ARM's own code (`InvalidTemplate`). */
  readonly code: string
  /** Lower case, holds the wrong value and says what to change. */
  readonly message: string
  /** Which document the path, line and column are of. */
  readonly document: 'template' | 'parameters'
  readonly path: ArmPath
  readonly line?: number
  readonly column?: number
  readonly severity: 'error' | 'warning'
}

/** What a deployment is deployed to. */
export type Scope =
  | { readonly kind: 'resourceGroup'; readonly subscriptionId: string; readonly resourceGroup: string }
  | { readonly kind: 'subscription'; readonly subscriptionId: string }
  | { readonly kind: 'managementGroup'; readonly id: string }
  | { readonly kind: 'tenant' }

/** A parameter as a deployment gives it: a value, or a Key Vault reference that nobody here resolves. */
export interface GivenParameter {
  readonly value?: Json
  readonly reference?: Json
}

/**
 * What functions see of the world around a deployment. What is absent is unknown: a plan leaves expressions that need
 * it as they are, a deployment has a problem.
 */
export interface Surroundings {
  readonly scope: Scope
  readonly deploymentName: string
  /** The deployment's own location, at every scope but the resource group. */
  readonly location?: string
  readonly tenantId?: string
  /** ISO 8601, UTC: what `utcNow()` formats. Absent: `utcNow()` stays unevaluated in a plan. */
  readonly utcNow?: string
  /** A fresh UUID on each call. Absent: `newGuid()` stays unevaluated in a plan. */
  readonly newGuid?: () => string
  /** What `resourceGroup()` says besides id, name and type: location, tags, managedBy, properties. */
  readonly resourceGroup?: (subscriptionId: string, name: string) => JsonObject | undefined
  /** What `subscription()` says besides id, subscriptionId and tenantId: displayName. */
  readonly subscription?: (subscriptionId: string) => JsonObject | undefined
  /** What `managementGroup()` says besides id, name and type: properties. */
  readonly managementGroup?: (id: string) => JsonObject | undefined
  /** What `tenant()` says besides tenantId: countryCode, displayName. */
  readonly tenant?: () => JsonObject | undefined
  /** What `environment()` says; the public cloud by default. */
  readonly environment?: () => JsonObject | undefined
  /** What `deployer()` says: objectId, tenantId, userPrincipalName. */
  readonly deployer?: () => JsonObject | undefined
  /** `providers(namespace, type?)`: absent or undefined, the function is refused by name. */
  readonly providers?: (namespace: string, resourceType?: string) => Json | undefined
  /** `pickZones(namespace, type, location, number, offset)`: absent or undefined, it stays unevaluated in a plan. */
  readonly pickZones?: (
    namespace: string,
    resourceType: string,
    location: string,
    count: number,
    offset: number,
  ) => Json | undefined
}

/** Answers of the running cloud, asked for while a deployment runs. What it throws passes through the evaluator. */
export interface Runtime {
  /** `reference(id, apiVersion, 'Full'?)`: the properties of a resource, or with `full` the whole of it. Undefined: unknown. */
  reference(id: string, apiVersion: string | undefined, full: boolean): Json | undefined
  /** `listKeys(id, apiVersion, args)` and all other `list…` functions; `name` as written. Undefined: unknown. */
  list(name: string, id: string, apiVersion: string, args: Json | undefined): Json | undefined
}

/** A deployment's template and what it is given. */
export interface DeploymentInput {
  readonly template: ArmTemplate
  readonly parameters: Readonly<Record<string, GivenParameter>>
  readonly surroundings: Surroundings
  /** Places of the template's parts, for problems. */
  readonly locate?: Locate
}

/** A parameter of the template with its value: given, or by default. */
export interface ExpandedParameter {
  /** As the template writes it, `$ref`s followed: `string`, `securestring`, `int`, `bool`, `object`, `secureObject`, `array`. */
  readonly type: string
  readonly secure: boolean
  /** Absent: a Key Vault reference, or a default that needs what is unknown. */
  readonly value?: Json
  /** The Key Vault reference, passed through. */
  readonly reference?: Json
}

/** An output with its value; one whose condition is false is left out. */
export interface ExpandedOutput {
  readonly type: string
  readonly secure: boolean
  /** Absent when it could not be worked out; a problem says why. */
  readonly value?: Json
}

/** A resource of a copy loop: where it stands in it. */
export interface CopyPlace {
  readonly name: string
  readonly index: number
  readonly mode: 'parallel' | 'serial'
  readonly batchSize?: number
}

/** One resource as it is to be deployed; copies are one each. */
export interface ExpandedResource {
  readonly id: string
  /** Full: `Microsoft.Storage/storageAccounts/blobServices`. */
  readonly type: string
  readonly apiVersion: string
  /** Full: `account/default`. */
  readonly name: string
  /** In languageVersion 2.0: `site`, or `site[0]` in a copy loop. */
  readonly symbolicName?: string
  /** What it is deployed to, where that is no resource: its resource group, subscription, management group or the tenant. */
  readonly scope: Scope
  /** The id of the resource it extends (`scope`). */
  readonly extends?: string
  /** Only read, never deployed. */
  readonly existing: boolean
  /** Not deployed when false. */
  readonly condition: boolean
  /** Ids of resources of this deployment that come first, its references to them among them; those with a false condition are left out. */
  readonly dependsOn: readonly string[]
  /** Ids that its `reference()` and `list…()` read. */
  readonly references: readonly string[]
  readonly copy?: CopyPlace
  /** Where it is written in the template. */
  readonly path: ArmPath
  /**
   * The request body (no id, type, name, apiVersion, condition, dependsOn, copy, scope). Without a runtime, or where it answers
   * undefined, what needs it stays as text `[reference(…)]`. Throws ArmEvaluationError.
   */
  readonly body: (runtime?: Runtime) => JsonObject
  /** Of a `Microsoft.Resources/deployments` with its template inside. */
  readonly nested?: NestedDeployment
}

/** A deployment inside a deployment. */
export interface NestedDeployment {
  readonly evaluation: 'inner' | 'outer'
  readonly deploymentName: string
  readonly scope: Scope
  readonly location?: string
  /** As the request would hold it: of an outer one the parent's expressions are worked out. Throws ArmEvaluationError. */
  readonly template: (runtime?: Runtime) => ArmTemplate
  /** What the parent gives it. Throws ArmEvaluationError. */
  readonly parameters: (runtime?: Runtime) => Record<string, GivenParameter>
  /** The nested deployment itself. */
  readonly expand: (runtime?: Runtime) => Expansion
}

/** A template under one set of parameters, at one place. */
export interface Expansion {
  readonly problems: readonly ArmProblem[]
  readonly parameters: Readonly<Record<string, ExpandedParameter>>
  /** In the order of the template. */
  readonly resources: readonly ExpandedResource[]
  /** Without a runtime, or where it answers undefined, what needs it stays as text `[reference(…)]`. Throws ArmEvaluationError. */
  readonly outputs: (runtime?: Runtime) => Record<string, ExpandedOutput>
  /** Ids that outputs read. */
  readonly outputReferences: readonly string[]
}

/** A resource of an offline plan: what is known without asking the cloud, the rest as text `[reference(…)]`. */
export interface PlannedResource {
  readonly id: string
  readonly type: string
  readonly apiVersion: string
  readonly name: string
  readonly body: JsonObject
}

/** What a deployment would do, nested deployments opened up, as far as it can be known offline. */
export interface Plan {
  readonly problems: readonly ArmProblem[]
  readonly resources: readonly PlannedResource[]
  readonly outputs: Readonly<Record<string, Json>>
}

/** What `validateArmTemplate` looks at. */
export interface ValidateInput {
  readonly template: ArmTemplate
  readonly locate?: Locate
  /** Absent: only the template is checked. */
  readonly parameters?: Readonly<Record<string, GivenParameter>>
  /** Places in the parameters' own text; the path starts with the parameter's name. */
  readonly locateParameter?: Locate
  /** Absent: a made-up place of the kind that the template's schema names. */
  readonly surroundings?: Surroundings
}
