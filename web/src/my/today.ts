// My day as far as several parts of the seat's page show it: asked for once, kept fresh while one of them is on screen.
import { computed, onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { api, failure, onSend } from '../restClient'
import type { components } from '../contract'
import { ownSeat, session } from '../session'
import { on } from '../stream/stream'

type Day = components['schemas']['MyDayOut']
const EVERY_MS = 30_000
const SOON_MS = 1_200

/** Of whom it is, too: the next person at this browser is shown nothing of it. */
const kept = shallowRef<{ account: string; day: Day }>()
const trouble = shallowRef('')
let users = 0
let timer = 0
let soon = 0
let silence = () => {}

async function load(): Promise<void> {
  const account = session.me?.account ?? ''
  if (!ownSeat.value || session.locked) return
  try {
    const found = await api<Day>('/api/my/day')
    if (account !== session.me?.account) return
    kept.value = { account, day: found }
    trouble.value = ''
  } catch (error) {
    if (!session.locked) trouble.value = failure(error)
  }
}
/** Something of mine may have changed: asked again once it has settled. */
export function lookAgain(): void {
  window.clearTimeout(soon)
  soon = window.setTimeout(() => void load(), SOON_MS)
}

/** `unfinished`: calls of mine that still want a ticket or a result. */
export function useMyToday() {
  onMounted(() => {
    users += 1
    if (users > 1) return
    void load()
    timer = window.setInterval(() => document.visibilityState === 'visible' && void load(), EVERY_MS)
    const settles = (path: string) => /\/(disposition|tickets)$/.test(path) && lookAgain()
    const silences = [on('ticket', lookAgain), on('snapshot', lookAgain), onSend(settles)]
    silence = () => silences.forEach((one) => one())
  })
  onBeforeUnmount(() => {
    users -= 1
    if (users) return
    window.clearInterval(timer)
    window.clearTimeout(soon)
    silence()
  })
  const mine = computed(() => (kept.value?.account === session.me?.account ? kept.value?.day : undefined))
  return { day: mine, trouble, unfinished: computed(() => mine.value?.without_outcome ?? []) }
}
