import { printable } from '../io.ts'

/** How long a value may be on a line. */
const maxValueLength = 60

/** A value of a plan on a line: safe to print, and cut where it is long. Pure. */
export function shownValue(text: string | undefined): string {
  if (text === undefined) return '(none)'
  const shown = printable(text)
  return shown.length > maxValueLength ? `${shown.slice(0, maxValueLength)}…` : shown
}
