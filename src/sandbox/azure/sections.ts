import type { CreateSection } from './section.ts'

/** All parts of the pretend ARM. A new one gets its line here. */
export const sections: readonly CreateSection[] = []
