/** A place in a file, both from 1. */
export interface Position {
  line: number
  column: number
}

/** Something wrong with what git says, told where it is written. */
export interface Problem {
  /** An error keeps its object from being applied; a warning does not. */
  severity: 'error' | 'warning'
  /** From the root of the repository. */
  file: string
  line: number
  column: number
  /** The object as people read it, `CloudFormationStack eu/web`, when one could be made out. */
  object?: string
  /** The field, `spec.parameters.DesiredCount`; absent when the document as a whole is meant. */
  field?: string
  /** What is wrong with which value; what to do. */
  message: string
}

/** The way to a field of a document. */
export type FieldPath = readonly (string | number)[]

/** A way as people write it: `spec.dependsOn[0].name`, `metadata.labels["example.com/team"]`. */
export function formatField(path: FieldPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

/** Problems in the order a person goes through them: by file, then from top to bottom; the same one told once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]))
  return [...unique.values()].toSorted(
    (a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column,
  )
}

/** A problem on one line: `file:line:column: Kind namespace/name, field: what is wrong; what to do`. */
export function formatProblem({ file, line, column, object, field, message }: Problem): string {
  const subject = [object, field].filter((part) => part !== undefined).join(', ')
  return `${file}:${line}:${column}: ${subject === '' ? '' : `${subject}: `}${message}`
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
