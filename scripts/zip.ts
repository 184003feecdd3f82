import { crc32, deflateRawSync } from 'node:zlib'

/** A file of an archive: its path with `/` between parts, and its bytes. */
export interface ZipFile {
  path: string
  bytes: Uint8Array
  /** A program: rwxr-xr-x. */
  isExecutable?: boolean
}

/** 1 January 1980, midnight: the earliest time a zip file knows, so that the same files give the same archive. */
const dosTime = 0
const dosDate = 0x21
const deflated = 8
/** UTF-8 names. */
const flags = 0x800
/** 2.0: folders and deflate. */
const version = 20
/** Made on Unix: the attributes hold a file mode, rw-r--r--. */
const madeBy = (3 << 8) | version
const fileMode = (0o100644 << 16) >>> 0
const programMode = (0o100755 << 16) >>> 0

/**
 * A zip file as Lambda takes it, the same for the same files: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT,
 * sections 4.3.7, 4.3.12 and 4.3.16. Up to 65,535 files and 4 GB.
 */
export function zip(files: readonly ZipFile[]): Uint8Array {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const { path, bytes, isExecutable = false } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const name = Buffer.from(path)
    const body = deflateRawSync(bytes, { level: 9 })
    const common = [
      u16(version, flags, deflated, dosTime, dosDate),
      u32(crc32(bytes), body.length, bytes.length),
      u16(name.length, 0),
    ]
    const header = Buffer.concat([u32(0x04034b50), ...common, name])
    central.push(
      Buffer.concat([
        u32(0x02014b50),
        u16(madeBy),
        ...common,
        u16(0, 0, 0),
        u32(isExecutable ? programMode : fileMode, offset),
        name,
      ]),
    )
    local.push(header, body)
    offset += header.length + body.length
  }
  const directory = Buffer.concat(central)
  const end = [u32(0x06054b50), u16(0, 0, files.length, files.length), u32(directory.length, offset), u16(0)]
  return Buffer.concat([...local, directory, ...end])
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4))
  return bytes
}
