/** Where a value lives. */
export interface Place {
  account: string
  region: string
}

/** Named texts per account and region: parameters and secrets that no stack made. */
export interface Values {
  get(place: Place, name: string): string | undefined
  set(place: Place, name: string, value: string): void
  clear(): void
}

/** None at first. */
export function createValues(): Values {
  const values = new Map<string, string>()
  const key = ({ account, region }: Place, name: string): string => `${account}/${region}/${name}`
  return {
    get: (place, name) => values.get(key(place, name)),
    set(place, name, value) {
      values.set(key(place, name), value)
    },
    clear() {
      values.clear()
    },
  }
}
