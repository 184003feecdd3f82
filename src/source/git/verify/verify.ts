import { stalled } from '../../../api/errors.ts'
import { parseAllowedSigners } from './allowed-signers.ts'
import type { SignedObject } from './signed.ts'
import { readSshSignature } from './ssh-signature.ts'

/** Keys that may sign, read from outside of the repository: PGP public keys and lines of `allowed_signers`, in one text. */
export interface Signers {
  text: string
  /** Milliseconds since the epoch: keys must be valid now. */
  now: number
}

const armoredKey = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g

/**
 * Who signed an object. Everything but a good signature by one of the signers is a `stalled` error
 * (`SignatureInvalid`): no signature, an unknown key, a key that is expired or revoked, a changed payload.
 */
export async function verifySigned(object: SignedObject, name: string, signers: Signers): Promise<string> {
  const { signature = '' } = object
  const wrong = (what: string): Error =>
    stalled('SignatureInvalid', `the ${object.what} ${name} ${what}; sign it by a key of verify.signers`)
  if (signature === '') throw wrong('is not signed')
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----'))
    return verifySsh(object, signature, { signers, wrong })
  if (signature.startsWith('-----BEGIN PGP SIGNATURE-----'))
    return verifyPgp(object, signature, { signers, wrong })
  throw wrong('has a signature of an unknown kind')
}

interface Judging {
  signers: Signers
  wrong: (what: string) => Error
}

function verifySsh({ payload }: SignedObject, armored: string, { signers, wrong }: Judging): string {
  const signature = readSshSignature(armored, payload)
  if (signature === undefined) throw wrong('has a signature that is not good')
  if (signature.namespace !== 'git') throw wrong('is signed for another purpose than git')
  const known = parseAllowedSigners(signers.text.replaceAll(armoredKey, '')).filter(
    ({ key, keyType }) => key === signature.key && keyType === signature.keyType,
  )
  if (known.length === 0) throw wrong('is signed by an unknown key')
  const valid = known.find(
    ({ namespaces, validAfter = 0, validBefore = Infinity }) =>
      (namespaces === undefined || namespaces.includes('git')) &&
      signers.now >= validAfter &&
      signers.now < validBefore,
  )
  if (valid === undefined) throw wrong('is signed by a key that is not valid now, or not for git')
  return valid.principals
}

async function verifyPgp(
  { payload }: SignedObject,
  armored: string,
  { signers, wrong }: Judging,
): Promise<string> {
  const blocks = signers.text.match(armoredKey) ?? []
  if (blocks.length === 0) throw wrong('is signed by PGP, and no PGP key is known')
  const openpgp = await import('openpgp')
  const date = new Date(signers.now)
  const keys = (await Promise.all(blocks.map((block) => openpgp.readKeys({ armoredKeys: block })))).flat()
  const readSignature = async () => openpgp.readSignature({ armoredSignature: armored })
  const signature = await readSignature().catch(() => undefined)
  if (signature === undefined) throw wrong('has a signature that is not good')
  const { signatures } = await openpgp.verify({
    message: await openpgp.createMessage({ binary: new Uint8Array(payload) }),
    signature,
    verificationKeys: keys,
    date,
  })
  for (const { keyID, verified } of signatures) {
    const key = keys.find((candidate) => candidate.getKeys(keyID).length > 0)
    const isGood = await verified.then(
      () => true,
      () => false,
    )
    if (!isGood || key === undefined) continue
    // Good when it was made is not enough: a key that is expired or revoked by now signs nothing new.
    const isInForce = await key.getSigningKey(keyID, date).then(
      () => true,
      () => false,
    )
    if (!isInForce) throw wrong('is signed by a key that is expired or revoked')
    return key.getUserIDs()[0] ?? key.getFingerprint()
  }
  throw wrong('is not signed by a key that is known and in force')
}
