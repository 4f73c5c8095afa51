// Numbers as the seat's page shows and knows them: the centre's phone book, and how a number looks that is not to be read whole.
import { shallowRef } from 'vue'
import type { components } from '../contract'

/** The centre's own numbers; filled by the call panel. */
export const book = shallowRef<components['schemas']['NumberOut'][]>([])

/** Of several tellings of one number the first that is whole, else the first that is one: who is only asked sees it masked until they have the call. */
export function wholest(...numbers: (string | null | undefined)[]): string {
  return numbers.find((one) => one && !one.includes('*')) ?? numbers.find((one) => one) ?? ''
}

/** A seat or number with its name; the name alone where it begins with it (110 报警). */
export function named(number: string, name: string): string {
  return name.startsWith(number) ? name : [number, name].filter(Boolean).join(' ')
}

/** 138****0001, as cti/numbers.py masks it; what is short is nobody's secret. */
export function masked(number: string): string {
  if (number.includes('*') || number.length <= 6) return number
  return number.length < 9 ? `${number.slice(0, 2)}****${number.slice(-2)}` : `${number.slice(0, 3)}****${number.slice(-4)}`
}
