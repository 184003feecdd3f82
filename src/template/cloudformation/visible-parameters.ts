import { parseTemplate, TemplateSyntaxError } from './parse.ts'

/**
 * The parameters whose values may be shown: those that the template declares and does not mark `NoEcho`. Whatever
 * cannot be read shows nothing, as a value too many in a build's log is there for good. Takes a template's text or its
 * parsed value. Pure.
 */
export function visibleParameters(template: string | Record<string, unknown>): ReadonlySet<string> {
  const value = typeof template === 'string' ? parsed(template) : template
  const parameters = value['Parameters']
  if (typeof parameters !== 'object' || parameters === null) return new Set()
  const visible = Object.entries(parameters).filter(([, declaration]) => isVisible(declaration))
  return new Set(visible.map(([name]) => name))
}

function parsed(text: string): Record<string, unknown> {
  try {
    return parseTemplate(text).value
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return {}
    throw error
  }
}

function isVisible(declaration: unknown): boolean {
  if (typeof declaration !== 'object' || declaration === null) return false
  const noEcho = 'NoEcho' in declaration ? declaration.NoEcho : false
  return String(noEcho).toLowerCase() === 'false'
}
