import { createHash, generateKeyPair, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { bits, element, integer, octets, oid, sequence, set, utcTime, utf8, yes } from './der.ts'

/** A certificate for https on this machine, and the authority that vouches for it. */
export interface LocalCertificate {
  /** What clients are told to trust. */
  caPem: string
  certPem: string
  /** The private key; it never leaves the process. */
  keyPem: string
}

interface KeyPair {
  publicKey: KeyObject
  privateKey: KeyObject
}

const dayMs = 86_400_000
const authorityName = 'Headwater sandbox'

/**
 * Makes an authority and, with it, a certificate for `localhost`, 127.0.0.1 and ::1 (RFC 5280, P-256). Both are new each
 * time; the authority's key is forgotten at once, so that nothing else can ever be signed with it.
 */
export async function createLocalCertificate(nowMs: number): Promise<LocalCertificate> {
  const generate = (): Promise<KeyPair> => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const [authority, leaf] = await Promise.all([generate(), generate()])
  const authorityKeyId = keyIdOf(authority.publicKey)
  const common = { nowMs, issuer: authorityName, signer: authority.privateKey }
  const ca = certificate({
    ...common,
    subject: authorityName,
    publicKey: authority.publicKey,
    extensions: [
      // A CA, with no other below it.
      extension('2.5.29.19', sequence(yes, integer(Buffer.from([0]))), 'critical'),
      // keyCertSign, cRLSign
      extension('2.5.29.15', bits(Buffer.from([0b0000_0110]), 1), 'critical'),
      extension('2.5.29.14', octets(authorityKeyId)),
    ],
  })
  const certified = certificate({
    ...common,
    subject: 'localhost',
    publicKey: leaf.publicKey,
    extensions: [
      extension('2.5.29.19', sequence(), 'critical'),
      // digitalSignature
      extension('2.5.29.15', bits(Buffer.from([0b1000_0000]), 7), 'critical'),
      // serverAuth
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', alternativeNames()),
      extension('2.5.29.35', sequence(element(0x80, authorityKeyId))),
      extension('2.5.29.14', octets(keyIdOf(leaf.publicKey))),
    ],
  })
  const keyPem = leaf.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  return { caPem: pemOf(ca), certPem: pemOf(certified), keyPem }
}

interface CertificateParts {
  subject: string
  issuer: string
  publicKey: KeyObject
  /** The issuer's private key. */
  signer: KeyObject
  extensions: readonly Buffer[]
  nowMs: number
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

function certificate(parts: CertificateParts): Buffer {
  const { subject, issuer, publicKey, signer, extensions, nowMs } = parts
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    // A serial number of its own for each key.
    integer(createHash('sha256').update(spki).digest().subarray(0, 16)),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utcTime(nowMs - 30 * dayMs), utcTime(nowMs + 800 * dayMs)),
    nameOf(subject),
    spki,
    element(0xa3, sequence(...extensions)),
  )
  return sequence(toBeSigned, ecdsaWithSha256, bits(sign('sha256', toBeSigned, signer)))
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8(commonName))))
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(oid(id), ...(critical === undefined ? [] : [yes]), octets(value))
}

function alternativeNames(): Buffer {
  const loopback6 = Buffer.alloc(16)
  loopback6[15] = 1
  return sequence(
    element(0x82, Buffer.from('localhost', 'ascii')),
    element(0x87, Buffer.from([127, 0, 0, 1])),
    element(0x87, loopback6),
  )
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest()
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
