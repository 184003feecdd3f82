import { type Cidr, addressText, lastOf, maskOf, networkOf, parseCidrBlock } from '../cidr.ts'
import type { Value } from '../value.ts'
import { type Context, type FunctionTable, integerAt, refuseCall, textAt, whole } from './function.ts'

/** Functions on address blocks. */
export const cidrFunctions: FunctionTable = {
  parseCidr: whole(1, 1, (args, context) => describe(blockAt(args, context))),
  cidrSubnet: whole(3, 3, (args, context) => {
    const block = blockAt(args, context)
    const prefix = integerAt(args, 1, context)
    const index = integerAt(args, 2, context)
    if (prefix < block.prefix || prefix > block.bits)
      return refuseCall(context, `cannot cut a /${prefix} out of a /${block.prefix}`)
    if (index < 0 || BigInt(index) >= 1n << BigInt(prefix - block.prefix))
      return refuseCall(context, `has no subnet ${index} of size /${prefix} in a /${block.prefix}`)
    const address = networkOf(block) + (BigInt(index) << BigInt(block.bits - prefix))
    return `${addressText(address, block.bits)}/${prefix}`
  }),
  cidrHost: whole(2, 2, (args, context) => {
    const block = blockAt(args, context)
    const index = integerAt(args, 1, context)
    const address = networkOf(block) + 1n + BigInt(index)
    if (index < 0 || block.bits - block.prefix < 2 || address > lastUsable(block))
      return refuseCall(context, `has no host ${index} in a /${block.prefix}`)
    return addressText(address, block.bits)
  }),
}

function blockAt(args: readonly Value[], context: Context): Cidr {
  const text = textAt(args, 0, context)
  return parseCidrBlock(text) ?? refuseCall(context, `was given '${text}', which is no address block`)
}

function firstUsable(block: Cidr): bigint {
  return block.bits === 128 || block.prefix >= 31 ? networkOf(block) : networkOf(block) + 1n
}

function lastUsable(block: Cidr): bigint {
  if (block.bits === 128) return lastOf(block)
  return block.prefix >= 31 ? networkOf(block) : lastOf(block) - 1n
}

function describe(block: Cidr): Value {
  const text = (address: bigint): string => addressText(address, block.bits)
  return {
    network: text(networkOf(block)),
    netmask: text(maskOf(block.prefix, block.bits)),
    ...(block.bits === 32 ? { broadcast: text(lastOf(block)) } : {}),
    firstUsable: text(firstUsable(block)),
    lastUsable: text(lastUsable(block)),
    cidr: block.prefix,
  }
}
