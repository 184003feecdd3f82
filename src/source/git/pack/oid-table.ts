const oidBytes = 20

/** Object ids by number and numbers by id: 28 bytes an object, whatever the pack says. */
export interface OidTable {
  set(number: number, oid: Buffer): void
  oid(number: number): string
  /** Makes `find` and `all` work; nothing is set after it. */
  seal(): void
  find(oid: string): number | undefined
  all(): string[]
}

/** A table for `count` objects; those that were never set are not in it. */
export function createOidTable(count: number): OidTable {
  const bytes = Buffer.alloc(count * oidBytes)
  const isSet = new Uint8Array(count)
  // Open addressing, at most half full; a slot holds a number plus one.
  let slots = new Uint32Array(0)
  const slotOf = (oid: Buffer, at: number): number => oid.readUInt32LE(at) % slots.length
  return {
    set(number, oid) {
      oid.copy(bytes, number * oidBytes)
      isSet[number] = 1
    },
    oid: (number) => bytes.toString('hex', number * oidBytes, (number + 1) * oidBytes),
    seal() {
      slots = new Uint32Array(count * 2 + 1)
      for (let number = 0; number < count; number += 1) {
        if (isSet[number] === 0) continue
        let slot = slotOf(bytes, number * oidBytes)
        while (slots[slot] !== 0) slot = (slot + 1) % slots.length
        slots[slot] = number + 1
      }
    },
    find(oid) {
      const wanted = Buffer.from(oid, 'hex')
      if (wanted.length !== oidBytes || slots.length === 0) return undefined
      for (let slot = slotOf(wanted, 0); ; slot = (slot + 1) % slots.length) {
        const number = (slots[slot] ?? 0) - 1
        if (number < 0) return undefined
        if (wanted.compare(bytes, number * oidBytes, (number + 1) * oidBytes) === 0) return number
      }
    },
    all: () =>
      [...isSet.keys()]
        .filter((number) => isSet[number] === 1)
        .map((number) => bytes.toString('hex', number * oidBytes, (number + 1) * oidBytes)),
  }
}
