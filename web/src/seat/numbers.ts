// Numbers as the seat's page shows and knows them: the centre's phone book, and how a number looks that is not to be read whole.
import { shallowRef } from 'vue'
import type { components } from '../contract'

/** The centre's own numbers; filled by the call panel. */
export const book = shallowRef<components['schemas']['NumberOut'][]>([])

/** 138****0001, as cti/numbers.py masks it; what is short is nobody's secret. */
export function masked(number: string): string {
  if (number.includes('*') || number.length <= 6) return number
  return number.length < 9 ? `${number.slice(0, 2)}****${number.slice(-2)}` : `${number.slice(0, 3)}****${number.slice(-4)}`
}
