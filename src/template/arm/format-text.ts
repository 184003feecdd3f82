import { jsonLine } from './json-text.ts'
import { invalid } from './problem.ts'
import { toJson } from './render.ts'
import type { Value } from './value.ts'

/** A hole of a .NET composite format: `{index[,width][:specifier]}`, or a doubled brace. */
const hole = /\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+)\s*)?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]/g

/** .NET's `string.Format` for the values that templates have: text, integers, booleans; JSON for the rest. */
export function formatComposite(format: string, values: readonly Value[]): string {
  return format.replaceAll(hole, (all: string, index?: string, width?: string, specifier?: string) => {
    if (all === '{{' || all === '}}') return all.slice(1)
    if (index === undefined)
      return invalid(`the format '${format}' has a brace '${all}' without its other half`)
    const value = values[Number(index)]
    if (value === undefined)
      return invalid(`the format '${format}' asks for value ${index}, only ${values.length} are given`)
    const text = formatValue(value, specifier)
    if (width === undefined) return text
    const size = Math.min(Math.abs(Number(width)), 10_000)
    return width.startsWith('-') ? text.padEnd(size) : text.padStart(size)
  })
}

function formatValue(value: Value, specifier: string | undefined): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return specifier ? formatNumber(value, specifier) : String(value)
  // ARM writes objects and arrays with single quotes here.
  return jsonLine(toJson(value)).replaceAll('"', "'")
}

/** .NET's standard and custom numeric formats of the invariant culture, for integers. */
function formatNumber(value: number, specifier: string): string {
  const standard = /^([a-z])(\d{0,3})$/i.exec(specifier)
  if (standard === null) return formatPicture(value, specifier)
  const [, letter = '', digits = ''] = standard
  const precision = digits === '' ? undefined : Number(digits)
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  switch (letter.toUpperCase()) {
    case 'D':
      return sign + String(size).padStart(precision ?? 1, '0')
    case 'X': {
      const hex = (value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value)).toString(16)
      return (letter === 'X' ? hex.toUpperCase() : hex).padStart(precision ?? 1, '0')
    }
    case 'N':
      return sign + grouped(size, precision ?? 2)
    case 'F':
      return sign + size.toFixed(precision ?? 2)
    case 'C':
      return value < 0 ? `(¤${grouped(size, precision ?? 2)})` : `¤${grouped(size, precision ?? 2)}`
    case 'P':
      return `${sign}${grouped(size * 100, precision ?? 2)} %`
    case 'E': {
      const [mantissa = '', exponent = ''] = size.toExponential(precision ?? 6).split('e')
      const power = exponent.replace(/^([+-])(\d+)$/, (_, s: string, d: string) => s + d.padStart(3, '0'))
      return `${sign}${mantissa}${letter}${power}`
    }
    case 'B':
      return value < 0
        ? BigInt.asUintN(64, BigInt(value)).toString(2)
        : size.toString(2).padStart(precision ?? 1, '0')
    case 'G':
    case 'R':
      return String(value)
    default:
      return invalid(`the number format '${specifier}' is not known`)
  }
}

function grouped(size: number, decimals: number): string {
  const [whole = '', fraction] = size.toFixed(decimals).split('.')
  const thousands = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? thousands : `${thousands}.${fraction}`
}

/** A custom picture of digits: `0000`, `#,##0.00`, with text around it. Anything more is refused. */
function formatPicture(value: number, picture: string): string {
  const parts = /^([^0#.,;%‰E'"\\]*)([0#,]*)(?:\.([0#]*))?([^0#.,;%‰E'"\\]*)$/.exec(picture)
  if (parts === null) return invalid(`the number format '${picture}' is not supported`)
  const [, before = '', whole = '', fraction = '', after = ''] = parts
  const size = Math.abs(value)
  const [digits = '', decimals = ''] = size.toFixed(fraction.length).split('.')
  const firstZero = whole.replaceAll(',', '').indexOf('0')
  const least = firstZero === -1 ? 0 : whole.replaceAll(',', '').length - firstZero
  const bare = digits === '0' && least === 0 ? '' : digits.padStart(least, '0')
  const shown = whole.includes(',') ? bare.replaceAll(/\B(?=(\d{3})+$)/g, ',') : bare
  const kept = decimals.slice(0, fraction.lastIndexOf('0') + 1)
  const optional = decimals.slice(kept.length).replace(/0+$/, '')
  const tail = kept + optional
  return `${value < 0 ? '-' : ''}${before}${shown}${tail === '' ? '' : `.${tail}`}${after}`
}
