import { readTokens, type Token } from './tokens.ts'

/** A place in a file, both from 1. */
export interface Place {
  line: number
  column: number
}

/** Another file, or something of a registry, that a Bicep file names. */
export interface Mention extends Place {
  /** As it is written, escapes undone. */
  path: string
  /** `module`, `using`, `from`…: the word that makes it a reference; `load` for the functions that read a file. */
  by: string
}

/** What a Bicep file names, as far as its text alone tells. */
export interface Mentions {
  /** Modules, imports, `using`, `extends` and extensions. */
  artifacts: Mention[]
  /** Files that `loadTextContent` and its like read, where the path is written out. */
  loads: Mention[]
  /** Folders that `loadDirectoryFileInfo` lists. */
  folders: Mention[]
  /** Calls of `loadDirectoryFileInfo` whose folder is not written out. */
  unknownFolders: Place[]
  /** Calls of the functions that read a file, where its path is put together or named by a variable. */
  unknownLoads: Place[]
  /** Names of extensions that are declared without a path: their place is in `bicepconfig.json`. */
  extensions: (Place & { name: string })[]
  /** Parameters that the file declares or assigns, with their places. */
  parameters: ReadonlyMap<string, Place>
}

const statementWords = new Set(['using', 'extends', 'from', 'extension', 'provider', 'import'])
const namedStatementWords = new Set(['module', 'test'])

/** Finds every reference of a Bicep file; what its text does not tell, the compiler's own list of files must. Throws as `readTokens` does. */
export function findMentions(text: string): Mentions {
  const tokens = readTokens(text)
  const placeOf = placesIn(text)
  const mentions = {
    artifacts: [] as Mention[],
    loads: [] as Mention[],
    folders: [] as Mention[],
    unknownFolders: [] as Place[],
    unknownLoads: [] as Place[],
    extensions: [] as (Place & { name: string })[],
    parameters: new Map<string, Place>(),
  }
  tokens.forEach((token, index) => {
    const [before, previous, next] = [tokens[index - 2], tokens[index - 1], tokens[index + 1]]
    const place = placeOf(token.start)
    if (token.type === 'text' && previous?.type === 'word') {
      const by = referenceWord(before, previous)
      if (by !== undefined && token.value !== undefined)
        mentions.artifacts.push({ ...place, path: token.value, by })
    }
    if (token.type !== 'word') return
    if (previous?.type === 'word' && previous.value === 'param')
      mentions.parameters.set(token.value ?? '', place)
    if (previous?.type === 'word' && previous.value === 'extension')
      mentions.extensions.push({ ...place, name: token.value ?? '' })
    if (next?.value !== '(' || !/^load[A-Z]/.test(token.value ?? '')) return
    const path = firstArgument(tokens, index + 2)
    const isFolder = token.value === 'loadDirectoryFileInfo'
    if (path !== undefined) {
      const mention = { ...placeOf(path.start), path: path.value, by: 'load' }
      mentions[isFolder ? 'folders' : 'loads'].push(mention)
    } else mentions[isFolder ? 'unknownFolders' : 'unknownLoads'].push(place)
  })
  return mentions
}

function referenceWord(before: Token | undefined, previous: Token): string | undefined {
  const word = previous.value ?? ''
  if (before?.type === 'word' && namedStatementWords.has(before.value ?? '')) return before.value
  return statementWords.has(word) ? word : undefined
}

/** The first argument of a call, when it is a text that stands alone. */
function firstArgument(tokens: readonly Token[], from: number): { value: string; start: number } | undefined {
  const index = tokens.findIndex(({ type }, at) => at >= from && type !== 'line')
  const token = tokens[index]
  const end = tokens.find(({ type }, at) => at > index && type !== 'line')
  const isAlone = end?.value === ',' || end?.value === ')'
  if (token?.type !== 'text' || token.value === undefined || !isAlone) return undefined
  return { value: token.value, start: token.start }
}

function placesIn(text: string): (offset: number) => Place {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}
