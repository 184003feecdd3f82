import { expect, it } from 'vitest'
import { visibleParameters } from './visible-parameters.ts'

const cases = [
  {
    name: 'those without NoEcho, or with one that is off',
    given:
      'Parameters: {A: {Type: String}, B: {Type: String, NoEcho: false}, C: {Type: String, NoEcho: "False"}}',
    want: ['A', 'B', 'C'],
  },
  {
    name: 'none that is marked, however it is written',
    given: 'Parameters: {A: {NoEcho: true}, B: {NoEcho: "true"}, C: {NoEcho: True}, D: {NoEcho: {Ref: X}}}',
    want: [],
  },
  { name: 'none that is no declaration', given: 'Parameters: {A: text, B: }', want: [] },
  { name: 'none of a template that cannot be read', given: 'Parameters: {A: {Type: String', want: [] },
  { name: 'none of a template without any', given: 'Resources: {}', want: [] },
]
it.each(cases)('shows $name', ({ given, want }) => {
  expect([...visibleParameters(given)]).toEqual(want)
})
