// The calls of my own seat: the one it has now, who it is with, and the one whose ticket is on screen.
import { computed, ref, shallowReactive, watch } from 'vue'
import type { components } from '../contract'
import { phone } from '../phone/softphone'
import { byDesk, ownSeat, session } from '../session'
import { live, on } from '../stream/stream'
import { secondsSince } from '../wall/figures'

type Shapes = components['schemas']
export type Call = Shapes['CallOut']
export type Party = Shapes['PartyOut']
const KEEP = 30

/** My seat as the daemon sees it; undefined before the first snapshot or without a seat. */
export const mySeat = computed(() => (ownSeat.value ? live.picture.seats.get(ownSeat.value) : undefined))
/** ready, ringing, dialling, talking, holding, wrap_up, paused, logged_out; '' not known */
export const presence = computed(() => mySeat.value?.state ?? '')

const pops = shallowReactive(new Map<string, Shapes['Pop']>())
const known = shallowReactive(new Map<string, Call>())

/** The call my seat is in, or wraps up. */
export const myCall = computed<Call | undefined>(() => {
  const id = mySeat.value?.call
  return id ? (live.picture.calls.get(id) ?? known.get(id)) : undefined
})

const shownId = ref('')
/** Whose ticket and story are on screen. */
export const shownCall = computed<Call | undefined>(() => live.picture.calls.get(shownId.value) ?? known.get(shownId.value))
export const partyOf = (call: string): Party | null => pops.get(call)?.party ?? null

/** Open this call's ticket: a call of today from a list, or the own one again. */
export function show(call: Call): void {
  remember(call)
  shownId.value = call.call
}

function remember(call: Call): void {
  known.delete(call.call)
  known.set(call.call, call)
  for (const old of known.keys()) if (known.size > KEEP && old !== shownId.value) known.delete(old)
}

on('pop', (pop) => {
  pops.set(pop.call.call, pop)
  for (const old of pops.keys()) if (pops.size > KEEP) pops.delete(old)
  show(pop.call)
})
// a call that left the picture keeps its ticket open
watch(() => live.picture.calls.get(shownId.value), (call) => call && remember(call))
// after a reload: the call that was there is there again
watch(() => mySeat.value?.call, (id) => {
  const call = id ? live.picture.calls.get(id) : undefined
  if (call && call.call !== shownId.value) show(call)
})
watch(() => session.me?.account, () => {
  pops.clear()
  known.clear()
  shownId.value = ''
})

/** There is something to hang up: by the phone's word or the daemon's. */
export const inCall = computed(() => phone.session === 'up' || ['talking', 'holding', 'dialling'].includes(presence.value))
export const ringing = computed(() => phone.session === 'ringing' || (phone.session === '' && presence.value === 'ringing'))
/** It rings or is talked, here or at the telephone on the desk. */
export const onPhone = computed(() => phone.session !== '' || inCall.value || ringing.value)
/** It can be heard ringing. */
export const rings = computed(() => (byDesk.value ? ringing.value : phone.session === 'ringing'))
/** The other side's number as far as page or daemon know it; '' unknown or withheld. */
export const who = computed(() => (myCall.value && partyOf(myCall.value.call)?.number) || myCall.value?.caller || (phone.session ? phone.from : '') || '')

/** Since when it rings, or is talked, at this seat; a hold does not begin it anew. */
const here = ref<string | null>()
watch(() => [presence.value, mySeat.value?.since] as const, ([is, since], old) => {
  if (!(old && ['talking', 'holding'].includes(is) && ['talking', 'holding'].includes(old[0]))) here.value = since
}, { immediate: true })
/** Seconds it has been ringing or talked. */
export const talked = computed(() => (phone.session === 'up' ? (live.state.now - live.state.offset - phone.since) / 1000 : secondsSince(here.value, live.state.now)))
