// What the seat is shown as: the daemon's word, and what the softphone alone knows better. Pure but for its inputs.
import { computed } from 'vue'
import { phone } from '../phone/softphone'
import { session } from '../session'
import { live } from '../stream/stream'
import { mySeat, presence } from './current'

/** Held by the phone itself while the daemon is away: the daemon calls it a talk. */
export const shownPresence = computed(() => (phone.held && (presence.value === 'talking' || !live.state.connected) ? 'holding' : presence.value || 'unknown'))

/** Seconds of wrap-up left; null when there is none. */
export const wrapUpLeft = computed(() => {
  const seat = mySeat.value
  if (seat?.state !== 'wrap_up' || !seat.since) return null
  return Math.max(0, Math.ceil((session.me?.wrap_up_seconds ?? 0) - (live.state.now - Date.parse(seat.since)) / 1000))
})
