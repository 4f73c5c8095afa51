// The board that the wallboard and the supervision page ask for, made of the stream and the session.
import { computed, provide, reactive } from 'vue'
import { may, ownSeat, session } from './session'
import { live, shownNow, stale } from './stream/stream'
import { boardKey } from './wall/board'

export function provideBoard(): void {
  const { picture } = live
  provide(boardKey, reactive({
    now: shownNow,
    centre: computed(() => session.me?.centre ?? ''),
    own: computed(() => ownSeat.value || null),
    may,
    stale,
    heard: computed(() => picture.heard),
    vitals: computed(() => picture.vitals),
    seats: computed(() => [...picture.seats.values()].sort((a, b) => a.seat.localeCompare(b.seat))),
    calls: computed(() => [...picture.calls.values()]),
    queues: computed(() => [...picture.queues.values()]),
    lines: computed(() => [...picture.lines.values()]),
    trunks: computed(() => [...picture.trunks.values()]),
    alarms: computed(() => [...picture.alarms.values()].sort((a, b) => b.id - a.id)),
    figures: computed(() => [...picture.figures.values()]),
    targets: computed(() => picture.targets),
  }))
}
