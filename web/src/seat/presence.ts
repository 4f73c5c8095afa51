// What the seat is shown as: the daemon's word, and what the softphone alone knows better. Pure but for its inputs.
import { computed } from 'vue'
import { phone } from '../phone/softphone'
import { live } from '../stream/stream'
import { mySeat, presence, rejoining } from './current'

/** Held by the phone itself while the daemon is away: the daemon calls it a talk. */
export const shownPresence = computed(() => (phone.held && (presence.value === 'talking' || !live.state.connected) ? 'holding' : presence.value || 'unknown'))

/** Seconds of wrap-up left, by the daemon's word of when it ends; null when there is none, or the call is on its way back. */
export const wrapUpLeft = computed(() => {
  const seat = mySeat.value
  if (seat?.state !== 'wrap_up' || !seat.wrap_until || rejoining.value) return null
  return Math.max(0, Math.ceil((Date.parse(seat.wrap_until) - live.state.now) / 1000))
})
/** How long this wrap-up is in all, so far. */
export const wrapUpWhole = computed(() => {
  const seat = mySeat.value
  return seat?.wrap_until && seat.since ? (Date.parse(seat.wrap_until) - Date.parse(seat.since)) / 1000 : 1
})
