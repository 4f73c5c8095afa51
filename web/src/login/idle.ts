// Locks the screen when nobody touched it for long. A running call counts as somebody being there, and so does
// a wallboard that fills the screen: it is looked at by a room and touched by nobody. Any other page that does is like each. The lock is the whole
// session's, so a touch of any of its tabs counts for all.
import { onBeforeUnmount, onMounted } from 'vue'
import { onPhone } from '../seat/current'
import { lock, session, stillHere } from '../session'

const LOOK_MS = 5_000
const SAY_MS = 60_000
const SHARE_MS = 1_000
const SHARED = 'hotline.touched'

/** By the page's own key, or because the browser itself shows nothing else (F11, a kiosk). */
function aWallFillsTheScreen(): boolean {
  if (document.fullscreenElement) return document.fullscreenElement.matches('.wall')
  return window.matchMedia('(display-mode: fullscreen)').matches && document.querySelector('.wall') !== null
}

export function useIdleLock(): void {
  let touched = Date.now()
  let said = Date.now()
  let shared = 0
  let looking = 0
  const touch = () => {
    touched = Date.now()
    if (touched - shared < SHARE_MS) return
    shared = touched
    localStorage.setItem(SHARED, String(touched))
  }
  const untouched = () => Date.now() - Math.max(touched, Number(localStorage.getItem(SHARED)) || 0)
  const look = () => {
    const limit = session.me?.idle_lock_seconds ?? 0
    if (session.state !== 'in' || onPhone.value || aWallFillsTheScreen()) touch()
    if (session.state === 'in' && !session.locked && touched > said && Date.now() - said > SAY_MS) {
      said = Date.now()
      void stillHere()
    }
    if (session.state !== 'in') return
    if (limit > 0 && !session.locked && untouched() > limit * 1000) lock(true)
  }
  const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const
  onMounted(() => {
    for (const one of TOUCHES) window.addEventListener(one, touch, { passive: true, capture: true })
    looking = window.setInterval(look, LOOK_MS)
  })
  onBeforeUnmount(() => {
    for (const one of TOUCHES) window.removeEventListener(one, touch, { capture: true })
    window.clearInterval(looking)
  })
}
