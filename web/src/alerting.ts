// A call that rings in a tab nobody looks at: the title flashes, the desktop says who it is.
import { watch } from 'vue'
import { say } from './i18n'
import { ringing } from './seat/current'

const FLASH_MS = 700
let flashing = 0
let plain = ''
let shown: Notification | undefined

/** Ask once; wants a person's press. */
export async function allowNotifications(): Promise<void> {
  if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission()
}
export const notificationsAsked = (): boolean => !('Notification' in window) || Notification.permission !== 'default'

/** Once, from the frame. */
export function alertInTheBackground(number: () => string): void {
  watch(ringing, (rings) => (rings ? begin(number()) : end()))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') end()
    else if (ringing.value) begin(number())
  })
}

function begin(number: string): void {
  if (document.visibilityState === 'visible') return
  const text = say('phone.notification', { number })
  if (!flashing) {
    plain = document.title
    let on = false
    flashing = window.setInterval(() => (document.title = (on = !on) ? `☎ ${text}` : plain), FLASH_MS)
  }
  if ('Notification' in window && Notification.permission === 'granted' && !shown) {
    shown = new Notification(text, { tag: 'hotline-call', requireInteraction: true, icon: '/icon.svg' })
    shown.onclick = () => {
      window.focus()
      shown?.close()
    }
  }
}

function end(): void {
  if (flashing) {
    window.clearInterval(flashing)
    flashing = 0
    document.title = plain
  }
  shown?.close()
  shown = undefined
}
