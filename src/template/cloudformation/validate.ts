import { type Capability, capabilityNeeds, impliedNeeds, uncoveredNeeds } from './capabilities.ts'
import { checkFacts } from './check-facts.ts'
import { checkValues } from './check-values.ts'
import { dialectOf } from './dialect.ts'
import type { ResourceFacts } from './facts.ts'
import { resolveParameters } from './parameters.ts'
import { type ParsedTemplate, type Position, TemplateSyntaxError, parseTemplate } from './parse.ts'
import { attempt } from './problem.ts'
import { readTemplate } from './structure.ts'
import type { Template } from './template.ts'
import { type TemplatePath, pathText } from './value.ts'

/** The largest template that travels in the request itself, in bytes. */
export const INLINE_LIMIT_BYTES = 51_200

/** One thing that a person should know about a template. */
export interface Finding {
  severity: 'error' | 'warning'
  /** `Resources.Role.Properties.RoleName`; empty for the template as a whole. */
  path: string
  /** In the template's own file; from 1. A finding about a given parameter points at the template's Parameters. */
  line: number
  column: number
  /** Lower case, without a final period: what is wrong with which value, what to do. */
  message: string
  /** What the finding is about when the cause stands in the caller's document rather than in the template. */
  about?: { given: 'parameters'; name: string } | { given: 'capabilities' }
}

/** A template and what it is to be deployed with. */
export interface TemplateToValidate {
  body: string
  /** As text. Left out: parameters are not looked at (not even for missing ones). */
  parameters?: Readonly<Record<string, string>>
  /** Left out: not looked at. */
  capabilities?: readonly string[]
  /** Left out: unknown types and properties are not looked for. */
  facts?: ResourceFacts
}

/** Everything that is wrong with a template, in the order of the file. */
export function validateTemplate(given: TemplateToValidate): Finding[] {
  const parsed = attempt(() => parseTemplate(given.body))
  if (parsed instanceof Error) {
    const position = parsed instanceof TemplateSyntaxError ? parsed.position : { line: 1, column: 1 }
    return [{ severity: 'error', path: '', ...position, message: parsed.advice }]
  }
  const findings = new Findings(parsed)
  checkSize(given.body, findings)
  const template = readTemplate(parsed.value, ({ path, advice }) => findings.add('error', path, advice))
  if (given.parameters !== undefined) {
    checkParameters(template, given.parameters, findings)
    if (!findings.hasErrors() && !dialectOf(parsed.value).rewritten)
      checkValues(template, given.parameters, ({ path, advice }) => findings.add('error', path, advice))
  }
  if (given.capabilities !== undefined) checkCapabilities(template, given.capabilities, findings)
  // What a macro writes is not here to be looked at, only what it reads.
  if (given.facts !== undefined && !dialectOf(parsed.value).rewritten)
    checkFacts(template, given.facts, (path, advice) => findings.add('warning', path, advice))
  return findings.inOrder()
}

/** Gathers findings, each said once. */
class Findings {
  readonly #parsed: ParsedTemplate
  readonly #found = new Map<string, Finding>()

  constructor(parsed: ParsedTemplate) {
    this.#parsed = parsed
  }

  add(
    severity: Finding['severity'],
    path: TemplatePath,
    message: string,
    about?: NonNullable<Finding['about']>,
  ): void {
    const position: Position = this.#parsed.positionOf(path)
    const finding = { severity, path: pathText(path), ...position, message, ...(about ? { about } : {}) }
    this.#found.set(JSON.stringify([finding.path, message]), finding)
  }

  hasErrors(): boolean {
    return [...this.#found.values()].some(({ severity }) => severity === 'error')
  }

  inOrder(): Finding[] {
    return [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  }
}

function checkSize(body: string, findings: Findings): void {
  const bytes = Buffer.byteLength(body)
  if (bytes > INLINE_LIMIT_BYTES)
    findings.add(
      'warning',
      [],
      `the template has ${bytes} bytes; above ${INLINE_LIMIT_BYTES} it goes through S3, so the controller needs a bucket`,
    )
}

function checkParameters(
  template: Template,
  parameters: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  const given = Object.entries(parameters).map(([key, value]) => ({ key, value }))
  resolveParameters(template, { given }, ({ path, advice, message }) => {
    const [, name] = path
    const isDefault = typeof name === 'string' && !Object.hasOwn(parameters, name)
    // A default that breaks its own rule is the template's fault; a missing value is the caller's.
    const ownFault = isDefault && !message.startsWith('Parameters: [')
    if (typeof name !== 'string' || ownFault) findings.add('error', path, advice)
    else findings.add('error', path, advice, { given: 'parameters', name })
  })
}

/** One finding for each capability, with its first reason: one word in the manifest mends them all. */
function checkCapabilities(template: Template, capabilities: readonly string[], findings: Findings): void {
  const needs = uncoveredNeeds([...capabilityNeeds(template), ...impliedNeeds(template)], capabilities)
  const named = needs.filter(({ capability }) => capability === 'CAPABILITY_NAMED_IAM')
  const plain = needs.filter(({ capability }) => capability === 'CAPABILITY_IAM')
  const expand = needs.filter(({ capability }) => capability === 'CAPABILITY_AUTO_EXPAND')
  for (const [first, ...others] of [named.length > 0 ? named : plain, expand]) {
    if (first === undefined) continue
    const { capability, path, type } = first
    const more = others.length === 0 ? '' : ` and ${others.length} more`
    // CloudFormation does not ask for this one when a change set is made, only for a stack made or changed directly.
    const severity = capability === 'CAPABILITY_AUTO_EXPAND' ? 'warning' : 'error'
    findings.add(
      severity,
      path,
      `the template ${reason(capability, type)} (${pathText(path)}${more}); add ${capability}`,
      {
        given: 'capabilities',
      },
    )
  }
}

function reason(capability: Capability, type: string): string {
  switch (capability) {
    case 'CAPABILITY_AUTO_EXPAND':
      return `uses the transform ${type}`
    case 'CAPABILITY_NAMED_IAM':
      return `creates a named ${noun(type)}`
    case 'CAPABILITY_IAM':
      return `creates ${article(noun(type))}`
  }
}

/** `AWS::IAM::InstanceProfile` is an "instance profile". */
function noun(type: string): string {
  const last = type.split('::').at(-1) ?? type
  return last.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

function article(words: string): string {
  return /^[aeiou]/.test(words) && !words.startsWith('user') ? `an ${words}` : `a ${words}`
}
