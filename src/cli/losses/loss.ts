/** One resource of an object that is to be deleted. */
export interface Loss {
  /** Logical id in AWS, name in Azure. */
  id: string
  type: string
  /** Why it stays; absent: it goes. */
  stays?: string
}
