// Keyboard shortcuts: whoever is on screen registers what its keys do; the list of shortcuts shows them all.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted, shallowReactive } from 'vue'

export interface Shortcut {
  /** `F2`, `Alt+R`, `?`: names of KeyboardEvent.key, letters and digits by their place on the keyboard */
  keys: string
  /** catalogue key of what it does */
  what: string
  /** catalogue key of the part of the page it belongs to */
  group: string
  act: () => void
  /** not now: the key is swallowed and does nothing */
  off?: () => boolean
}

export const shortcuts = shallowReactive(new Set<Shortcut>())

/** Registered while the component is on screen (a kept-alive one that is not shown is not). */
export function useKeys(mine: Shortcut[]): void {
  const come = () => mine.forEach((one) => shortcuts.add(one))
  const go = () => mine.forEach((one) => shortcuts.delete(one))
  onMounted(come)
  onActivated(come)
  onDeactivated(go)
  onBeforeUnmount(go)
}

/** `Alt+R`, `F2`: by the key's place, so that an input method or Caps Lock changes nothing. */
export function pressed(event: Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'shiftKey'>): string {
  const letter = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1]
  const name = event.key === '?' ? '?' : ((event.altKey || event.ctrlKey) && letter) || event.key
  return [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.shiftKey && name !== '?' && 'Shift', name].filter(Boolean).join('+')
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Keys do nothing while this says so (the lock screen). */
let shut = (): boolean => false
export function shutKeys(when: () => boolean): void {
  shut = when
}

window.addEventListener('keydown', (event) => {
  if (event.isComposing || event.repeat || shut()) return
  const name = pressed(event)
  // a bare character belongs to whoever types
  if (name.length === 1 && typing(event.target)) return
  for (const one of shortcuts) {
    if (one.keys !== name) continue
    event.preventDefault()
    if (!one.off?.()) one.act()
    return
  }
  // Firefox opens a search of its own, which would take the next keys
  if (name === '/' || name === "'") event.preventDefault()
})
