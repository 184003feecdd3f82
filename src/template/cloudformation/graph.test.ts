import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KNOWN_AFTER_APPLY, createEvaluator } from './evaluate.ts'
import { checkActiveReferences, creationOrder, dependencyGraph, findCycle, reversed } from './graph.ts'
import { resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { readTemplate } from './structure.ts'

const BODY = `
Parameters: {On: {Type: String, Default: 'no'}}
Conditions: {IsOn: !Equals [!Ref On, 'yes']}
Resources:
  Web: {Type: T, Properties: {A: !Sub "\${Net.Id}", B: !If [IsOn, !Ref Extra, x]}, DependsOn: [Extra]}
  Net: {Type: T}
  Extra: {Type: T, Condition: IsOn, Properties: {A: !GetAtt Net.Id}}
  Meta: {Type: T, Metadata: {Config: !Ref Web}}
`

function read(body: string, on: string) {
  const template = readTemplate(parseTemplate(body).value)
  const evaluator = createEvaluator(template, {
    parameters: resolveParameters(template, { given: [{ key: 'On', value: on }] }),
    pseudo: {
      accountId: '',
      region: '',
      partition: '',
      urlSuffix: '',
      stackId: '',
      stackName: '',
      notificationArns: [],
    },
    ref: () => KNOWN_AFTER_APPLY,
    getAtt: () => KNOWN_AFTER_APPLY,
  })
  return { template, evaluator }
}

describe('who needs whom', () => {
  it('counts every branch without values', () => {
    const { template } = read(BODY, 'no')
    expect(Object.fromEntries(dependencyGraph(template))).toEqual({
      Web: ['Extra', 'Net'],
      Net: [],
      Extra: ['Net'],
      Meta: ['Web'],
    })
  })

  it('counts active branches and resources with values', () => {
    const { template, evaluator } = read(BODY, 'no')
    const graph = dependencyGraph(template, evaluator)
    expect(Object.fromEntries(graph)).toEqual({ Web: ['Net'], Net: [], Meta: ['Web'] })
    expect(creationOrder(graph)).toEqual(['Net', 'Web', 'Meta'])
    expect(Object.fromEntries(reversed(graph))).toEqual({ Web: ['Meta'], Net: ['Web'], Meta: [] })
  })
})

describe('a reference to what a condition leaves out', () => {
  const table: { name: string; given: string; want: string }[] = [
    {
      name: 'in Resources',
      given: BODY.replace('!If [IsOn, !Ref Extra, x]', '!Ref Extra'),
      want: 'Template format error: Unresolved resource dependencies [Extra] in the Resources block of the template',
    },
    {
      name: 'in Outputs, without the prefix',
      given: `${BODY}Outputs: {O: {Value: !GetAtt Extra.Id}}`,
      want: 'Unresolved resource dependencies [Extra] in the Outputs block of the template',
    },
  ]
  it.each(table)('is refused $name', ({ given, want }) => {
    const { template, evaluator } = read(given, 'no')
    expect(() => checkActiveReferences(template, evaluator)).toThrow(
      expect.objectContaining({ message: want }),
    )
  })

  it('is fine in a branch or an output that is off too, in DependsOn, and when the condition holds', () => {
    for (const on of ['yes', 'no']) {
      const { template, evaluator } = read(`${BODY}Outputs: {O: {Condition: IsOn, Value: !Ref Extra}}`, on)
      expect(() => checkActiveReferences(template, evaluator)).not.toThrow()
    }
  })
})

describe('any graph', () => {
  const graphs = fc
    .array(fc.array(fc.nat(7), { maxLength: 4 }), { maxLength: 8 })
    .map(
      (edges) =>
        new Map(
          edges.map((needed, id) => [String(id), needed.filter((other) => other < edges.length).map(String)]),
        ),
    )

  it('has an order of all its ids exactly when it has no cycle, and a cycle is one', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = creationOrder(graph)
        const cycle = findCycle(graph)
        expect(order.length === graph.size).toBe(cycle === undefined)
        for (const [index, id] of order.entries())
          for (const needed of graph.get(id) ?? []) expect(order.indexOf(needed)).toBeLessThan(index)
        for (const [index, id] of (cycle ?? []).slice(0, -1).entries())
          expect(graph.get(id)).toContain(cycle?.[index + 1])
        expect(cycle?.[0]).toBe(cycle?.at(-1))
      }),
    )
  })
})
