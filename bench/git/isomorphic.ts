/** What isomorphic-git does with the same: `heads URL COUNT`, `files URL BRANCH PATH FOLDER`. */
import * as fs from 'node:fs'
import path from 'node:path'
import * as git from 'isomorphic-git'
import http from 'isomorphic-git/http/node'

const [verb = '', url = '', first = '', folder = '', dir = ''] = process.argv.slice(2)
if (verb === 'heads') {
  const walls: number[] = []
  const look = () => git.listServerRefs({ http, url, prefix: 'refs/heads/main', protocolVersion: 2 })
  await look()
  const cpu = process.cpuUsage()
  for (let count = 0; count < Number(first); count += 1) {
    const began = performance.now()
    await look()
    walls.push(performance.now() - began)
  }
  const { user, system } = process.cpuUsage(cpu)
  print({
    wallMs: walls.toSorted((a, b) => a - b)[Math.floor(walls.length / 2)],
    cpuMs: (user + system) / 1000 / walls.length,
  })
} else {
  const cache = {}
  await git.clone({
    fs,
    http,
    dir,
    url,
    ref: first,
    depth: 1,
    singleBranch: true,
    noCheckout: true,
    noTags: true,
    cache,
  })
  const oid = await git.resolveRef({ fs, dir, ref: `refs/heads/${first}` })
  const { tree } = await git.readTree({ fs, dir, oid, filepath: folder, cache })
  let bytes = 0
  for (const entry of tree) {
    const { blob } = await git.readBlob({
      fs,
      dir,
      oid,
      filepath: path.posix.join(folder, entry.path),
      cache,
    })
    bytes += blob.length
  }
  print({ files: tree.length, bytes })
}

function print(result: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
