// Speaks the compiler's protocol on standard input and output, and misbehaves as its argument says. Plain JavaScript: it is
// started with no more than the compiler's own environment.
//
//   well        compiles to an empty template whose metadata holds the files that were laid out and the environment
//   hang        never answers a compile
//   flood       answers a compile with more than anybody wants to read
//   garbage     answers with what is no message
//   crash       ends under every compile, with a word on standard error
//   crash-once  the same, the first time
//   grow        keeps 40 MB more with every compile
//   bloat       takes 400 MB and never answers
//   outside     says that it would read /etc/passwd
//   remote      needs longer for a compile than anybody waits, as it looks for a registry
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const mode = process.argv[2]
const kept = []
const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))
  process.stdout.write(`Content-Length: ${body.length}\r\n\r\n`)
  process.stdout.write(body)
}

/** The files beside and below a template, up to the folder that everything was laid out in. */
function filesAround(entry) {
  const root = /^.*\/trees\/[^/]+/.exec(entry)[0]
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name))
  return Object.fromEntries(files.map((file) => [path.relative(root, file), readFileSync(file, 'utf8')]))
}

function compiled(entry) {
  const metadata = { files: filesAround(entry), environment: process.env }
  return {
    success: true,
    diagnostics: [],
    contents: JSON.stringify({ $schema: schema, contentVersion: '1.0.0.0', metadata, resources: [] }),
  }
}

function compile(id, entry) {
  const marker = path.join(process.env.HOME, 'crashed')
  if (mode === 'hang' || mode === 'remote') return
  if (mode === 'flood') {
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    process.stdout.write(`Content-Length: ${200 * chunk.length}\r\n\r\n`)
    for (let count = 0; count < 200; count += 1) process.stdout.write(chunk)
    return
  }
  if (mode === 'garbage') return void process.stdout.write('Content-Length: many\r\n\r\nHello\r\n\r\n')
  if (mode === 'crash' || (mode === 'crash-once' && !existsSync(marker))) {
    writeFileSync(marker, '')
    process.stderr.write('out of luck')
    process.exit(7)
  }
  if (mode === 'grow') kept.push(Buffer.alloc(40 * 1024 * 1024, 'x'))
  if (mode === 'bloat') return void kept.push(Buffer.alloc(400 * 1024 * 1024, 'x'))
  send({ id, result: compiled(entry) })
}

function answer({ id, method, params }) {
  if (method === 'bicep/version') send({ id, result: { version: '0.0.0' } })
  else if (method === 'bicep/getFileReferences') {
    const filePaths = mode === 'outside' ? ['/etc/passwd', params.path] : [params.path]
    send({ id, result: { filePaths } })
  } else if (method === 'bicep/compile') compile(id, params.path)
  else send({ id, error: { code: -32601, message: `no method ${method}` } })
}

let buffer = Buffer.alloc(0)
process.stdin.on('data', (chunk) => {
  buffer = Buffer.concat([buffer, chunk])
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n')
    if (end === -1) return
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end).toString())?.[1])
    if (buffer.length < end + 4 + length) return
    const body = buffer.subarray(end + 4, end + 4 + length).toString()
    buffer = buffer.subarray(end + 4 + length)
    answer(JSON.parse(body))
  }
})
process.stdin.on('end', () => process.exit(0))
