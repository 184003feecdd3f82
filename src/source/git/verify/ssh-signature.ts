import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { createWireReader, mpintOf, type WireReader } from './ssh-wire.ts'

/** A signature by an ssh key over something, as `ssh-keygen -Y sign` makes it; see PROTOCOL.sshsig of OpenSSH. */
export interface SshSignature {
  /** The key that signed, as it is written in `allowed_signers`: base64 of the blob. */
  key: string
  keyType: string
  namespace: string
}

const curves = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', hash: 'sha256', bytes: 32 },
  'ecdsa-sha2-nistp384': { crv: 'P-384', hash: 'sha384', bytes: 48 },
  'ecdsa-sha2-nistp521': { crv: 'P-521', hash: 'sha512', bytes: 66 },
} as const
const leastRsaBits = 2048

/**
 * The key of an armored signature, when the signature is one over the payload; undefined for anything else. The namespace
 * is left to the caller. Ed25519, ECDSA, RSA with SHA-2, and keys that live on hardware (`sk-`), touched when they signed.
 */
export function readSshSignature(armored: string, payload: Uint8Array): SshSignature | undefined {
  const [, text] =
    /^-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(armored) ?? []
  if (text === undefined) return undefined
  const blob = Buffer.from(text, 'base64')
  if (blob.toString('latin1', 0, 6) !== 'SSHSIG' || blob.length < 10 || blob.readUInt32BE(6) !== 1)
    return undefined
  const reader = createWireReader(blob.subarray(10))
  const key = reader.string()
  const namespace = reader.string()
  const reserved = reader.string()
  const hash = reader.string()
  const signature = reader.string()
  if (!key || !namespace || !reserved || !hash || !signature) return undefined
  const algorithm = hash.toString('latin1')
  if (algorithm !== 'sha256' && algorithm !== 'sha512') return undefined
  const digest = createHash(algorithm).update(payload).digest()
  const signed = Buffer.concat([
    Buffer.from('SSHSIG'),
    ...[namespace, reserved, hash, digest].flatMap(lengthFirst),
  ])
  const keyType = createWireReader(key).string()?.toString('latin1')
  if (keyType === undefined || !isValid(key, signature, signed)) return undefined
  return { key: key.toString('base64'), keyType, namespace: namespace.toString('utf8') }
}

function lengthFirst(bytes: Buffer): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [length, bytes]
}

function isValid(key: Buffer, signature: Buffer, signed: Buffer): boolean {
  const ofKey = createWireReader(key)
  const ofSignature = createWireReader(signature)
  const type = ofKey.string()?.toString('latin1') ?? ''
  const signatureType = ofSignature.string()?.toString('latin1') ?? ''
  const value = ofSignature.string()
  if (value === undefined) return false
  try {
    if (type === 'ssh-rsa') return isValidRsa(ofKey, { type: signatureType, value, signed })
    if (type !== signatureType) return false
    const isHardware = type.startsWith('sk-')
    const plain = type.replace(/^sk-/, '').replace(/@openssh\.com$/, '')
    const point = plain === 'ssh-ed25519' ? ofKey.string() : undefined
    if (plain === 'ssh-ed25519' && point !== undefined) {
      const data = isHardware ? hardwareData(ofKey, ofSignature, signed) : signed
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') }
      return data !== undefined && verify(null, data, createPublicKey({ key: jwk, format: 'jwk' }), value)
    }
    if (!isCurve(plain)) return false
    const publicKey = ecdsaKey(plain, ofKey)
    const data = isHardware ? hardwareData(ofKey, ofSignature, signed) : signed
    const pair = createWireReader(value)
    const [r, s] = [mpintOf(pair.string(), curves[plain].bytes), mpintOf(pair.string(), curves[plain].bytes)]
    if (publicKey === undefined || data === undefined || r === undefined || s === undefined) return false
    const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    return verify(curves[plain].hash, data, options, Buffer.concat([r, s]))
  } catch (error) {
    // A key that node refuses (a point off the curve) signs nothing.
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

function isCurve(type: string): type is keyof typeof curves {
  return Object.hasOwn(curves, type)
}

function ecdsaKey(type: keyof typeof curves, reader: WireReader): KeyObject | undefined {
  const name = reader.string()?.toString('latin1')
  const point = reader.string()
  const { crv, bytes } = curves[type]
  if (name !== type.slice('ecdsa-sha2-'.length) || point?.length !== 1 + 2 * bytes || point[0] !== 4)
    return undefined
  const x = point.subarray(1, 1 + bytes).toString('base64url')
  const y = point.subarray(1 + bytes).toString('base64url')
  return createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' })
}

function isValidRsa(
  reader: WireReader,
  { type, value, signed }: { type: string; value: Buffer; signed: Buffer },
): boolean {
  const exponent = reader.string()
  const modulus = reader.string()
  const hash = type === 'rsa-sha2-256' ? 'sha256' : type === 'rsa-sha2-512' ? 'sha512' : undefined
  if (exponent === undefined || modulus === undefined || hash === undefined) return false
  const bits = modulus.length * 8
  if (bits < leastRsaBits || bits > 16_384 + 8) return false
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') }
  return verify(hash, signed, createPublicKey({ key: jwk, format: 'jwk' }), value)
}

/** What a hardware key signs: the application, a flag that it was touched, a counter, and the hash of the rest. */
function hardwareData(ofKey: WireReader, ofSignature: WireReader, signed: Buffer): Buffer | undefined {
  const application = ofKey.string()
  const flagsAndCounter = ofSignature.bytes(5)
  if (application === undefined || flagsAndCounter === undefined || ((flagsAndCounter[0] ?? 0) & 1) === 0)
    return undefined
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest()
  return Buffer.concat([hash(application), flagsAndCounter, hash(signed)])
}
