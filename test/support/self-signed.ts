import { generateKeyPairSync, sign } from 'node:crypto'

/**
 * A certificate for 127.0.0.1 and some names that vouches for itself, good for an hour, and its key; both as PEM. A client trusts it by
 * `NODE_EXTRA_CA_CERTS`. Written out in DER: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function selfSigned(...names: string[]): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const hourMs = 3_600_000
  const name = sequence(set(sequence(oid('550403'), der(0x0c, Buffer.from('127.0.0.1')))))
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const extensions = sequence(
    // basicConstraints, critical: a CA.
    sequence(oid('551d13'), yes, octets(sequence(yes))),
    // subjectAltName: an IP address, and names.
    sequence(
      oid('551d11'),
      octets(
        sequence(
          der(0x87, Buffer.from([127, 0, 0, 1])),
          ...names.map((dnsName) => der(0x82, Buffer.from(dnsName))),
        ),
      ),
    ),
  )
  const body = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - hourMs), time(Date.now() + hourMs)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  // No empty line at the end, which OpenSSL does not take.
  const lines = (certificate.toString('base64').match(/.{1,64}/g) ?? []).join('\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const yes = der(0x01, Buffer.from([0xff]))
const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts))
const set = (...parts: Buffer[]) => der(0x31, Buffer.concat(parts))
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const octets = (content: Buffer) => der(0x04, content)
const integer = (value: number) => der(0x02, Buffer.from([value]))
const time = (atMs: number) =>
  der(0x17, Buffer.from(`${new Date(atMs).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`))
