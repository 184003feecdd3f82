/**
 * For code that may keep the process busy for long. How long it really runs is nothing that a virtual clock could tell,
 * and giving way takes no time of one: so these two are not handed in.
 */

/** Milliseconds since some moment in the past. */
export function stopwatchMs(): number {
  return performance.now()
}

/** Lets timers, sockets and whoever else waits come first: a deadline can only pass in between. */
export async function giveWay(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
}
