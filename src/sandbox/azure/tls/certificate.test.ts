import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createLocalCertificate } from './certificate.ts'

describe('the certificate of the sandbox', () => {
  const nowMs = Date.UTC(2026, 5, 1)

  it('is signed by the authority that is told, for this machine only', async () => {
    const { caPem, certPem } = await createLocalCertificate(nowMs)
    const [authority, leaf] = [new X509Certificate(caPem), new X509Certificate(certPem)]
    expect(leaf.verify(authority.publicKey)).toBe(true)
    expect(leaf.checkIssued(authority)).toBe(true)
    expect([authority.ca, leaf.ca]).toEqual([true, false])
    expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkHost('example.com')).toBeUndefined()
  })

  it('holds from a month before to two years after', async () => {
    const leaf = new X509Certificate((await createLocalCertificate(nowMs)).certPem)
    expect([leaf.validFromDate, leaf.validToDate]).toEqual([
      new Date(nowMs - 30 * 86_400_000),
      new Date(nowMs + 800 * 86_400_000),
    ])
  })

  it('is another each time', async () => {
    const [one, other] = [await createLocalCertificate(nowMs), await createLocalCertificate(nowMs)]
    expect(one.caPem).not.toBe(other.caPem)
    expect(new X509Certificate(one.certPem).verify(new X509Certificate(other.caPem).publicKey)).toBe(false)
  })
})
