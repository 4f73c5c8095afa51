// Short messages to whoever sits here, and the list of those that stay until they are read.
import { shallowReactive } from 'vue'

export type Weight = 'info' | 'good' | 'warning' | 'bad'
export interface Toast {
  id: number
  weight: Weight
  text: string
  /** stays until closed */
  stays: boolean
  testid: string
}

export const toasts = shallowReactive<Toast[]>([])
let last = 0

export function toast(text: string, weight: Weight = 'info', { stays = false, testid = 'toast', ms = 8_000 } = {}): void {
  const id = ++last
  toasts.push({ id, weight, text, stays, testid })
  if (toasts.length > 6) toasts.shift()
  if (!stays) window.setTimeout(() => untoast(id), ms)
}

export function untoast(id: number): void {
  const place = toasts.findIndex((one) => one.id === id)
  if (place >= 0) toasts.splice(place, 1)
}
