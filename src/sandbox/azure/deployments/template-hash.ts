import { createHash } from 'node:crypto'
import { gatewayError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { isObject, objectMember, textMember } from '../json.ts'
import type { ArmAnswer, ArmRequest } from '../wire.ts'

/**
 * The hash that Bicep wrote into a template, else one of the template's own: a decimal number of 64 bits. How ARM
 * works its own out is not known; this one is as steady.
 */
export function templateHash(template: JsonObject): string {
  const written = textMember(objectMember(objectMember(template, 'metadata'), '_generator'), 'templateHash')
  if (written !== undefined) return written
  return String(createHash('sha256').update(JSON.stringify(template)).digest().readBigUInt64BE(0))
}

/** `POST /providers/Microsoft.Resources/calculateTemplateHash`. */
export function calculateTemplateHash(request: ArmRequest): ArmAnswer {
  if (!isObject(request.body)) {
    throw gatewayError(
      400,
      'InvalidRequestContent',
      'The request content was invalid: there is no template in it.',
    )
  }
  const minifiedTemplate = JSON.stringify(request.body)
  return { status: 200, body: { minifiedTemplate, templateHash: templateHash(request.body) } }
}
