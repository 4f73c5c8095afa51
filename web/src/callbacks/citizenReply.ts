// What a citizen said to the result of their case. Pure.
import type { components } from '../contract'

export type Replied = components['schemas']['ReplyIn']
export interface Told { case_number: string; title: string; script: string }
export const RATINGS = [5, 4, 3, 2, 1] as const

/** The answer as it is sent; undefined: nobody was spoken with, or something is not said yet. */
export function replied(result: string, solved: string, satisfied: number | undefined, words: string): Replied | undefined {
  if (result === 'refused') return { answer: 'refused', satisfied: null, words }
  if (result !== 'reached' || !satisfied || (solved !== 'solved' && solved !== 'unsolved')) return undefined
  return { answer: solved, satisfied, words }
}
