/** Patterns in one text, and characters in one pattern, at most. */
const maxPatterns = 1000
const maxLength = 1000

/**
 * What is wrong with patterns of gitignore(5) that somebody wrote into a manifest, a line each. Git passes over what can
 * never match; whoever wrote it meant something.
 */
export function patternProblems(text: string): string[] {
  const lines = text.split(/\r?\n/)
  const patterns = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))
  if (patterns.length > maxPatterns) {
    return [
      `holds ${patterns.length} patterns, limit ${maxPatterns}; leave out whole folders instead of single files`,
    ]
  }
  return lines.flatMap((line, index) => {
    const wrong = problemOf(line)
    const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)
    return wrong === undefined ? [] : [`line ${index + 1}: ${shown} ${wrong}`]
  })
}

function problemOf(line: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(line)) return 'holds control characters; remove them'
  if (line.startsWith('#') || line.trim() === '') return undefined
  const pattern = line.replace(/^!/, '').trimEnd()
  if (line.length > maxLength) return `is longer than ${maxLength} characters; shorten it`
  if (pattern === '' || pattern === '/') return 'names nothing; write what is meant after it'
  if (pattern.startsWith('./')) return `never matches; write ${pattern.slice(1)} for what lies at the root`
  if (pattern.split('/').includes('..'))
    return 'never matches: it leads out of the repository; write it from the root'
  if (pattern.includes('//')) return 'never matches; write one "/" between folders'
  if (/(^|[^\\])(\\\\)*\\$/.test(pattern)) return 'ends with a "\\" that stands for nothing; remove it'
  if (isOpen(pattern)) return 'has a "[" without its "]"; close it, or write "\\["'
  return undefined
}

/** Whether a bracket is not closed: such a pattern matches nothing. A `]` right after the bracket is one of its letters. */
function isOpen(pattern: string): boolean {
  return pattern
    .replace(/\\./g, '')
    .replace(/\[[!^]?\]?[^\]]*\]/g, '')
    .includes('[')
}
