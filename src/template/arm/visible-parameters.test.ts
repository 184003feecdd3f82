import { expect, it } from 'vitest'
import { visibleParameters } from './visible-parameters.ts'

it('shows what is known to be no secret, and nothing else', () => {
  const template = {
    definitions: {
      size: { type: 'string' },
      key: { type: 'securestring' },
      hop: { $ref: '#/definitions/key' },
      circle: { $ref: '#/definitions/circle' },
    },
    parameters: {
      name: { type: 'String' },
      count: { type: 'int' },
      size: { $ref: '#/definitions/size' },
      password: { type: 'SecureString' },
      settings: { type: 'secureObject' },
      key: { $ref: '#/definitions/key' },
      hop: { $ref: '#/definitions/hop' },
      circle: { $ref: '#/definitions/circle' },
      lost: { $ref: '#/definitions/nowhere' },
      strange: {},
    },
  }
  expect([...visibleParameters(JSON.stringify(template))]).toEqual(['name', 'count', 'size'])
  expect([...visibleParameters('{')]).toEqual([])
})
