/** Whether a change of a property makes another physical resource. `maybe` is CloudFormation's `Conditional`. */
export type CausesReplacement = 'yes' | 'no' | 'maybe'

/** The type of a property, as AWS's schema says it. */
export type PropertyShape =
  | { kind: 'string'; allowedValues?: readonly string[] }
  | { kind: 'number' | 'integer' | 'boolean' | 'json' | 'date-time' | 'null' | 'tag' }
  | { kind: 'list' | 'map'; of: PropertyShape }
  | { kind: 'object'; name: string; properties: ReadonlyMap<string, PropertyFacts> }
  | { kind: 'union'; of: readonly PropertyShape[] }

/** What is known of one property of a resource type, or of an object in one. */
export interface PropertyFacts {
  readonly name: string
  /** Worked out when asked for: shapes can hold themselves. */
  readonly shape: PropertyShape
  readonly required: boolean
  readonly causesReplacement: CausesReplacement
  readonly defaultValue?: string
}

/** What is known of one resource type. */
export interface ResourceTypeFacts {
  readonly type: string
  readonly properties: ReadonlyMap<string, PropertyFacts>
  /** What Fn::GetAtt can name, with its type: `Endpoint.Address`. */
  readonly attributes: ReadonlyMap<string, PropertyShape>
  /** Names of the properties or attributes that identify one resource to Cloud Control. */
  readonly primaryIdentifier: readonly string[]
  /** Names of the properties or attributes that Ref answers; the primary identifier when AWS says nothing else. */
  readonly refIdentifier: readonly string[]
  /** `arn:${Partition}:sns:${Region}:${Account}:${TopicName}`. */
  readonly arnTemplate?: string
  /** The transform that this type needs: `AWS::Serverless-2016-10-31`. */
  readonly transform?: string
  /** Holds data: a database, a bucket. */
  readonly stateful: boolean
  /** The property that takes tags, and how: a list of Key and Value, with PropagateAtLaunch, or a map. */
  readonly tags?: { property: string; variant: 'standard' | 'asg' | 'map' }
  /**
   * Whether changing the property at this path (`['LoadBalancerAttributes', 'Key']`, without indexes) replaces the
   * resource; the strictest word on the way down counts. An unknown path does not.
   */
  causesReplacement(path: readonly string[]): CausesReplacement
}

/** Facts about resource types. The pure parts take them as a parameter. */
export interface ResourceFacts {
  /** Undefined for a type that AWS's public schemas do not know: custom, third-party, a module, or a slip of the pen. */
  typeFacts(type: string): ResourceTypeFacts | undefined
  /** Every type that is known, for suggestions. */
  typeNames?: () => Iterable<string>
}
