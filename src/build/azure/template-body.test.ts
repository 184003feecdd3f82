import { expect, test } from 'vitest'
import { parseArmTemplate } from '../../template/arm/index.ts'
import { templateBody } from './template-body.ts'

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
const signed = (version: string, more: object = {}) => ({
  $schema: schema,
  metadata: { _generator: { name: 'bicep', version, templateHash: version }, ...more },
})

function bodyOf(value: object): unknown {
  const { template } = parseArmTemplate(JSON.stringify(value))
  return template && JSON.parse(new TextDecoder().decode(templateBody(template)))
}

test("the compiler's signature is left out, also in modules; nothing else is", () => {
  const template = (version: string) => ({
    ...signed(version, { owner: 'us' }),
    resources: [
      {
        type: 'Microsoft.Resources/deployments',
        properties: {
          template: { ...signed(version), resources: [] },
          metadata: { _generator: { name: 'mine' } },
        },
      },
    ],
  })
  expect(bodyOf(template('1'))).toEqual({
    $schema: schema,
    metadata: { owner: 'us' },
    resources: [
      {
        type: 'Microsoft.Resources/deployments',
        properties: {
          template: { $schema: schema, resources: [] },
          metadata: { _generator: { name: 'mine' } },
        },
      },
    ],
  })
  expect(bodyOf(template('1'))).toEqual(bodyOf(template('2')))
})
