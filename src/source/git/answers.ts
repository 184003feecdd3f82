import { HeadwaterError } from '../../api/errors.ts'
import type { Reach } from './ancestry.ts'

/** Yes, no, or how far was looked without telling. */
export type Answer = boolean | Reach

/**
 * What was found out of the pasts of refs. It is dear to find, and stays as it is while the refs do, so that their ids are
 * in the key: who looks again at what is wrong and did not move pays for the listing alone. The oldest are forgotten.
 */
export type Answers = Map<string, Answer | HeadwaterError>

/** Answers that are kept. */
const maxAnswers = 256

/**
 * Asks what was not answered before. An answer that `lasts` is kept, and so is a limit that was passed on the way; any other
 * failure is not.
 */
export async function remember(
  answers: Answers,
  parts: readonly (string | undefined)[],
  ask: () => Promise<Answer>,
  lasts: (answer: Answer) => boolean = () => true,
): Promise<Answer> {
  const key = JSON.stringify(parts)
  const known = answers.get(key)
  if (known instanceof HeadwaterError) throw known
  if (known !== undefined) return known
  try {
    const answer = await ask()
    if (lasts(answer)) answers.set(key, answer)
    return answer
  } catch (error) {
    if (error instanceof HeadwaterError && error.reason === 'LimitExceeded') answers.set(key, error)
    throw error
  } finally {
    const [oldest] = answers.keys()
    if (answers.size > maxAnswers && oldest !== undefined) answers.delete(oldest)
  }
}
