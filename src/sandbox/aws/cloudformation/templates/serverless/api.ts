import type { JsonObject } from '../../model.ts'
import { type Expansion, type ServerlessContext, attributesOf, propertiesOf, shortHash } from './parts.ts'

/** An API with its deployment and stage. */
export function expandApi(id: string, resource: JsonObject, _context: ServerlessContext): Expansion {
  const { StageName: given, Name: name, DefinitionBody: body, Variables: variables } = propertiesOf(resource)
  const attributes = attributesOf(resource)
  const stage = typeof given === 'string' ? given : 'Stage'
  const document = body ?? {
    swagger: '2.0',
    info: { version: '1.0', title: { Ref: 'AWS::StackName' } },
    paths: {},
  }
  const hash = shortHash(document)
  const deployment = `${id}Deployment${hash}`
  return {
    [id]: {
      ...attributes,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Body: document, ...(name === undefined ? {} : { Name: name }) },
    },
    [deployment]: {
      ...attributes,
      Type: 'AWS::ApiGateway::Deployment',
      Properties: {
        Description: `RestApi deployment id: ${hash}`,
        RestApiId: { Ref: id },
        StageName: 'Stage',
      },
    },
    [`${id}${stage.replaceAll(/\W/g, '')}Stage`]: {
      ...attributes,
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        DeploymentId: { Ref: deployment },
        RestApiId: { Ref: id },
        StageName: given ?? 'Stage',
        ...(variables === undefined ? {} : { Variables: variables }),
      },
    },
  }
}

/** An HTTP API with its default stage. */
export function expandHttpApi(id: string, resource: JsonObject, _context: ServerlessContext): Expansion {
  const { DefinitionBody: body, StageName: stage, Name: name } = propertiesOf(resource)
  const attributes = attributesOf(resource)
  return {
    [id]: {
      ...attributes,
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Body: body ?? {
          openapi: '3.0.1',
          info: { version: '1.0', title: name ?? { Ref: 'AWS::StackName' } },
          paths: {},
        },
      },
    },
    [`${id}ApiGatewayDefaultStage`]: {
      ...attributes,
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: id },
        StageName: stage ?? '$default',
        Tags: { 'httpapi:createdBy': 'SAM' },
        AutoDeploy: true,
      },
    },
  }
}
