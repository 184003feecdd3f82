import { printable } from './io.ts'

/** A cell: text, and how to colour it once it is padded. */
export type Cell = string | { text: string; paint: (text: string) => string }

/** How a table is drawn. */
export interface TableOptions {
  noHeader?: boolean
  /** Widths that columns have at least: a table that is continued keeps its shape. */
  widths?: readonly number[]
}

/** Columns stand this far apart. */
const gap = 2

/**
 * A table without borders, as kubectl and flux draw them: columns as wide as their widest cell, two spaces between,
 * nothing behind the last. Control characters in cells are shown as escapes.
 */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): string {
  const widths = tableWidths(headers, rows, options)
  const lines = rows.map((row) => formatRow(row, widths))
  return [...(options.noHeader ? [] : [formatRow(headers, widths)]), ...lines]
    .map((line) => `${line}\n`)
    .join('')
}

/** The widths a table's columns take. */
export function tableWidths(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): number[] {
  return headers.map((header, column) =>
    Math.max(
      options.noHeader ? 0 : header.length,
      options.widths?.[column] ?? 0,
      ...rows.map((row) => widthOf(textOf(row[column] ?? ''))),
    ),
  )
}

function formatRow(row: readonly Cell[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const text = textOf(cell)
    const isLast = column === row.length - 1
    const padding = isLast ? '' : ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)) + gap)
    return (typeof cell === 'string' ? text : cell.paint(text)) + padding
  })
  return cells.join('').trimEnd()
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text)
}

const segmenter = new Intl.Segmenter()

/** What a person sees as characters; a wide one counts one, which shifts a column at worst. */
function widthOf(text: string): number {
  return [...segmenter.segment(text)].length
}
