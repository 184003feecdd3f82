import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseAllowedSigners } from './allowed-signers.ts'
import { readSshSignature } from './ssh-signature.ts'
import { verifySigned } from './verify.ts'

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest()

const payload = Buffer.from('tree and so on\n')
const type = 'sk-ssh-ed25519@openssh.com'

/** A signature as a key in hardware makes it; see PROTOCOL.u2f and PROTOCOL.sshsig of OpenSSH. */
function signByHardware(
  key: KeyObject,
  publicKey: KeyObject,
  { flags = 1, namespace = 'git', signedApplication = 'ssh:' } = {},
): { armored: string; line: string } {
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([text(type), text(point), text('ssh:')])
  const inner = Buffer.concat([
    Buffer.from('SSHSIG'),
    ...[namespace, '', 'sha512'].map(text),
    text(createHash('sha512').update(payload).digest()),
  ])
  const counted = Buffer.from([flags, 0, 0, 0, 7])
  const value = sign(null, Buffer.concat([sha256(signedApplication), counted, sha256(inner)]), key)
  const signature = Buffer.concat([text(type), text(value), counted])
  const whole = Buffer.concat([
    Buffer.from('SSHSIG\0\0\0\u0001', 'latin1'),
    text(blob),
    ...[namespace, '', 'sha512'].map(text),
    text(signature),
  ])
  const lines = whole.toString('base64').replaceAll(/(.{70})/g, '$1\n')
  return {
    armored: `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`,
    line: `ana@example.com ${type} ${blob.toString('base64')}`,
  }
}

describe('S26 keys that live on hardware', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const good = signByHardware(privateKey, publicKey)
  const object = (signature: string) => ({ what: 'commit' as const, payload, signature })
  const signers = { text: good.line, now: 0 }

  test('S26 one that was touched is let in', async () => {
    expect(readSshSignature(good.armored, payload)?.keyType).toBe(type)
    expect(await verifySigned(object(good.armored), 'x', signers)).toBe('ana@example.com')
  })

  test.each([
    { name: 'not touched', made: { flags: 0 } },
    { name: 'touched, says a flag that does not', made: { flags: 4 } },
    { name: 'made for another application', made: { signedApplication: 'ssh:other' } },
    { name: 'made for files', made: { namespace: 'file' } },
  ])('S26 $name: refused', async ({ made }) => {
    const { armored } = signByHardware(privateKey, publicKey, made)
    await expect(verifySigned(object(armored), 'x', signers)).rejects.toMatchObject({
      reason: 'SignatureInvalid',
      class: 'stalled',
    })
  })

  test('S26 over something else, or by another key: refused', async () => {
    expect(readSshSignature(good.armored, Buffer.from('other'))).toBeUndefined()
    const other = generateKeyPairSync('ed25519')
    const { armored } = signByHardware(other.privateKey, other.publicKey)
    await expect(verifySigned(object(armored), 'x', signers)).rejects.toMatchObject({
      reason: 'SignatureInvalid',
    })
    const { armored: forged } = signByHardware(other.privateKey, publicKey)
    await expect(verifySigned(object(forged), 'x', signers)).rejects.toMatchObject({
      reason: 'SignatureInvalid',
    })
  })
})

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA'
test.each([
  { name: 'a plain one', line: `ana ${key}`, want: 1 },
  { name: 'an authority', line: `ana cert-authority ${key}`, want: 0 },
  { name: 'an authority among others', line: `ana namespaces="git",cert-authority ${key}`, want: 0 },
  { name: 'an option that nobody knows', line: `ana no-touch-required ${key}`, want: 0 },
  { name: 'a time that is none', line: `ana valid-before="soon" ${key}`, want: 0 },
  { name: 'a key of a certificate', line: 'ana ssh-ed25519-cert-v01@openssh.com AAAA', want: 0 },
  { name: 'no principal', line: key, want: 0 },
  { name: 'a comment', line: `# ana ${key}`, want: 0 },
])('S26 a line of allowed_signers, $name: what is not read for certain lets nobody in', ({ line, want }) => {
  expect(parseAllowedSigners(line)).toHaveLength(want)
})
