import type { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'
import type {
  CausesReplacement,
  PropertyFacts,
  PropertyShape,
  ResourceFacts,
  ResourceTypeFacts,
} from './facts.ts'

type SpecDatabase = Awaited<ReturnType<typeof loadAwsServiceSpec>>
type Resource = NonNullable<ReturnType<typeof resourceOf>>
type Property = Resource['properties'][string]
type PropertyType = Property['type']

/**
 * Facts from AWS's own schemas (1,800 types). The database takes half a second and some 100 MB to load, so it is
 * imported here and only when asked for; never in a function.
 */
export async function loadResourceFacts(): Promise<ResourceFacts> {
  const { loadAwsServiceSpec } = await import('@aws-cdk/aws-service-spec')
  return factsOf(await loadAwsServiceSpec())
}

/** Facts out of a loaded database; each type is worked out once. */
function factsOf(database: SpecDatabase): ResourceFacts {
  const known = new Map<string, ResourceTypeFacts | undefined>()
  return {
    typeNames: () => database.all('resource').map((resource) => resource.cloudFormationType),
    typeFacts(type) {
      if (!known.has(type)) {
        const resource = resourceOf(database, type)
        known.set(type, resource === undefined ? undefined : typeFactsOf(database, resource))
      }
      return known.get(type)
    },
  }
}

function resourceOf(database: SpecDatabase, type: string) {
  return database.lookup('resource', 'cloudFormationType', 'equals', type)[0]
}

function typeFactsOf(database: SpecDatabase, resource: Resource): ResourceTypeFacts {
  const properties = propertiesOf(database, resource.properties)
  const additional = resource.additionalReplacementProperties ?? []
  const primaryIdentifier = resource.primaryIdentifier ?? []
  const tags = resource.tagInformation
  return {
    type: resource.cloudFormationType,
    properties,
    attributes: new Map(
      Object.entries(resource.attributes).map(([name, attribute]) => [
        name,
        shapeOf(database, attribute.type),
      ]),
    ),
    primaryIdentifier,
    refIdentifier: resource.cfnRefIdentifier ?? primaryIdentifier,
    stateful: resource.isStateful ?? false,
    ...(resource.arnTemplate === undefined ? {} : { arnTemplate: resource.arnTemplate }),
    ...(resource.cloudFormationTransform === undefined
      ? {}
      : { transform: resource.cloudFormationTransform }),
    ...(tags === undefined ? {} : { tags: { property: tags.tagPropertyName, variant: tags.variant } }),
    causesReplacement(path) {
      if (additional.some((steps) => steps.every((step, index) => path[index] === step))) return 'yes'
      return replacementAt(properties, path)
    },
  }
}

function propertiesOf(
  database: SpecDatabase,
  properties: Readonly<Record<string, Property>>,
): ReadonlyMap<string, PropertyFacts> {
  return new Map(
    Object.entries(properties).map(([name, property]) => [name, propertyOf(database, name, property)]),
  )
}

function propertyOf(database: SpecDatabase, name: string, property: Property): PropertyFacts {
  let shape: PropertyShape | undefined
  return {
    name,
    required: property.required ?? false,
    causesReplacement: property.causesReplacement ?? 'no',
    ...(property.defaultValue === undefined ? {} : { defaultValue: property.defaultValue }),
    get shape() {
      shape ??= shapeOf(database, property.type, property.previousTypes)
      return shape
    },
  }
}

/** A property that once had another type still takes it: the shape is then a union, the newest first. */
function shapeOf(
  database: SpecDatabase,
  type: PropertyType,
  previous: readonly PropertyType[] = [],
): PropertyShape {
  if (previous.length > 0)
    return { kind: 'union', of: [type, ...previous.toReversed()].map((each) => shapeOf(database, each)) }
  switch (type.type) {
    case 'string':
      return type.allowedValues === undefined
        ? { kind: 'string' }
        : { kind: 'string', allowedValues: type.allowedValues }
    case 'array':
      return { kind: 'list', of: shapeOf(database, type.element) }
    case 'map':
      return { kind: 'map', of: shapeOf(database, type.element) }
    case 'union':
      return { kind: 'union', of: type.types.map((each) => shapeOf(database, each)) }
    case 'ref':
      return objectOf(database, type)
    default:
      return { kind: type.type }
  }
}

function objectOf(database: SpecDatabase, type: Extract<PropertyType, { type: 'ref' }>): PropertyShape {
  const definition = database.get('typeDefinition', type.reference)
  let properties: ReadonlyMap<string, PropertyFacts> | undefined
  return {
    kind: 'object',
    name: definition.name,
    get properties() {
      properties ??= propertiesOf(database, definition.properties)
      return properties
    },
  }
}

const STRICTNESS: readonly CausesReplacement[] = ['no', 'maybe', 'yes']

function replacementAt(
  properties: ReadonlyMap<string, PropertyFacts>,
  path: readonly string[],
): CausesReplacement {
  const [name, ...rest] = path
  const property = name === undefined ? undefined : properties.get(name)
  if (property === undefined) return 'no'
  if (property.causesReplacement === 'yes' || rest.length === 0) return property.causesReplacement
  return strictest([property.causesReplacement, ...below(property.shape, rest)])
}

function below(shape: PropertyShape, path: readonly string[]): CausesReplacement[] {
  switch (shape.kind) {
    case 'object':
      return [replacementAt(shape.properties, path)]
    case 'list':
      return below(shape.of, path)
    case 'map':
      return below(shape.of, path.slice(1))
    case 'union':
      return shape.of.flatMap((each) => below(each, path))
    default:
      return []
  }
}

function strictest(words: readonly CausesReplacement[]): CausesReplacement {
  return words.reduce((a, b) => (STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b), 'no')
}
