import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { stalled } from '../../../api/errors.ts'
import { forbidden, type Allowance } from '../policy.ts'

/** Decides over addresses. */
export interface AddressGuard {
  /** Throws a `stalled` error (`AddressRefused`) when nothing may be read from the address. */
  check(address: string): void
  /** The same for a host as a url names it, when it is an address already: those are never looked up. */
  checkHost(hostname: string): void
  /** Node's way to resolve a name, with every address checked: those that it hands out are those that are connected to. */
  lookup: LookupFunction
}

/** The part of `dns.lookup` that is needed; tests give their own. */
export type Resolve = (
  hostname: string,
  done: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void

const resolveByDns: Resolve = (hostname, done) => dns.lookup(hostname, { all: true }, done)

/**
 * Makes a guard; `where` is what its messages name, by default the host that is looked up. Private, loopback, link-local, unique local, carrier-grade and every other special
 * range is refused, also inside of IPv6 (mapped, translated, 6to4); `private` and `loopback` can be allowed, the others
 * never.
 */
export function createAddressGuard(options: {
  where?: string
  allow: ReadonlySet<Allowance>
  resolve?: Resolve | undefined
}): AddressGuard {
  const { allow, resolve = resolveByDns } = options
  const check = (address: string, where = options.where ?? address): void => {
    const range = rangeOf(address)
    if (range === 'unicast') return
    if (range === 'loopback') {
      if (!allow.has('loopback')) throw forbidden(where, `is at the loopback address ${address}`, 'loopback')
    } else if (['private', 'uniqueLocal', 'carrierGradeNat'].includes(range)) {
      if (!allow.has('private')) throw forbidden(where, `is at the private address ${address}`, 'private')
    } else {
      throw stalled(
        'AddressRefused',
        `${where} is at the ${range} address ${address}, from where nothing is read; correct the url`,
      )
    }
  }
  return {
    check: (address) => check(address),
    checkHost(hostname) {
      const address = hostname.replace(/^\[|\]$/g, '')
      if (isIP(address) !== 0) check(address)
    },
    lookup(hostname, wanted, callback) {
      resolve(hostname, (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        try {
          for (const { address } of addresses) check(address, options.where ?? hostname)
        } catch (refused) {
          return callback(refused instanceof Error ? refused : new Error(String(refused)), '', 0)
        }
        const [first] = addresses
        if (wanted.all === true) callback(null, addresses)
        else callback(null, first?.address ?? '', first?.family ?? 0)
      })
    },
  }
}

/** The name of the range an address lies in; an IPv4 address inside of an IPv6 one is judged as what it is. */
function rangeOf(text: string): string {
  if (!ipaddr.isValid(text)) return 'unknown'
  const address = ipaddr.process(text)
  if (!(address instanceof ipaddr.IPv6)) return address.range()
  const bytes = address.toByteArray()
  const range = address.range()
  // 64:ff9b::/96 and 2002::/16 carry an IPv4 address that a gateway would connect to; ::/96 once did.
  if (range === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12)).range()
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6)).range()
  if (range === 'unicast' && bytes.slice(0, 12).every((byte) => byte === 0)) {
    return new ipaddr.IPv4(bytes.slice(12)).range()
  }
  return range
}
