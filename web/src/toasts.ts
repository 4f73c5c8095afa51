// Short messages to whoever sits here. A newer one of the same kind takes the place of the older.
import { shallowReactive } from 'vue'

export type Weight = 'info' | 'good' | 'warning' | 'bad'
export interface Toast {
  id: number
  weight: Weight
  /** asked anew when the page's language changes */
  text: () => string
  testid: string
}

export const toasts = shallowReactive<Toast[]>([])
let last = 0

/** `stays`: until closed; else for `ms`. */
export function toast(text: string | (() => string), weight: Weight = 'info', { stays = false, testid = 'toast', ms = 8_000 } = {}): void {
  const id = ++last
  const same = toasts.findIndex((one) => one.testid === testid)
  if (same >= 0) toasts.splice(same, 1)
  toasts.push({ id, weight, text: typeof text === 'string' ? () => text : text, testid })
  if (!stays) window.setTimeout(() => untoast(id), ms)
}

/** Signed out: what was said to one person is not for the next. */
export function untoastAll(): void {
  toasts.splice(0)
}

/** It was read elsewhere, or is over. */
export function untoastKind(testid: string): void {
  const place = toasts.findIndex((one) => one.testid === testid)
  if (place >= 0) toasts.splice(place, 1)
}

export function untoast(id: number): void {
  const place = toasts.findIndex((one) => one.id === id)
  if (place >= 0) toasts.splice(place, 1)
}
