// The proof that this page can ring: what the softphone is, told to the daemon every 5 s and at each change.
import { computed, watch } from 'vue'
import { deviceRings, ownSeat, session } from '../session'
import { live, on, says } from '../stream/stream'
import { audio, canTalk } from './audio'
import { phone, rejoins, start, stop } from './softphone'

const EVERY_MS = 5_000
let begun = false

/** Once, from the frame. */
export function reportPhone(): void {
  if (begun) return
  begun = true
  const soft = computed(() => session.state === 'in' && ownSeat.value !== '' && session.me?.browser_phone === true && !live.state.elsewhere)
  watch(soft, (wanted) => (wanted ? void start() : stop()), { immediate: true })

  watch(() => live.picture.seats.get(ownSeat.value)?.device ?? '', deviceRings, { immediate: true })

  const word = () => {
    const seat = live.picture.seats.get(ownSeat.value)
    const up = phone.session === 'up' || phone.session === 'answering'
    return {
      t: 'phone' as const,
      registered: phone.registered,
      audio: audio.audible,
      microphone: canTalk(),
      visible: document.visibilityState === 'visible',
      leg: phone.session !== '',
      call: (up && seat?.call) || '',
      rtt_ms: phone.quality.rtt_ms,
      loss_percent: phone.quality.loss_percent,
      jitter_ms: phone.quality.jitter_ms,
    }
  }
  const tell = () => soft.value && says(word())
  watch([() => phone.registered, () => audio.audible, canTalk, () => phone.session, () => live.picture.seats.get(ownSeat.value)?.call, soft], tell)
  document.addEventListener('visibilitychange', tell)
  window.setInterval(tell, EVERY_MS)
  on('pop', (pop) => pop.rejoin && rejoins())
}
