// The calls of my own seat: the one it has now, who it is with, and those whose tickets are open (forms.ts says which is shown).
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue'
import type { components } from '../contract'
import { phone } from '../phone/softphone'
import { api } from '../restClient'
import { byDesk, ownSeat, session } from '../session'
import { live, on } from '../stream/stream'
import { secondsSince } from '../wall/figures'
import { closed, NONE, ringing as rung, shownWith, type Around } from './openForms'
import { wholest } from './numbers'
import { partiesOf } from './participants'
import { close as closeEditor, owed, written } from './ticket/ticketEditors'

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

const forms = shallowRef(NONE)
const shownId = computed(() => forms.value.shown)
const callOf = (id: string): Call | undefined => live.picture.calls.get(id) ?? known.get(id)
/** Whose ticket and story are on screen. */
export const shownCall = computed<Call | undefined>(() => callOf(shownId.value))
/** Every call with an open form, the oldest first. */
export const openCalls = computed<Call[]>(() => forms.value.open.map(callOf).filter((one) => one !== undefined))
export const partyOf = (call: string): Party | null => pops.get(call)?.party ?? null

/** The call my seat rings for, talks in or wraps up now; '' none. */
const inHand = computed(() => mySeat.value?.call ?? '')
const talkedNow = computed(() => (['talking', 'holding', 'dialling'].includes(presence.value) ? inHand.value : ''))
/** Citizens' calls that were talked in at this page: each wants its ticket or result. */
const answered = new Set<string>()
const around = (): Around => ({ talking: talkedNow.value, inHand: inHand.value, written, wanted: (call) => answered.has(call) && owed(call) })

/** Open this call's ticket: a call of today from a list, or the own one again. */
export function show(call: Call): void {
  remember(call)
  forms.value = shownWith(forms.value, call.call, around())
}

/** Close a form that is not the one of the call in hand; what was typed stays a draft of its call. */
export function closeForm(call: string): void {
  forms.value = closed(forms.value, call, around())
}

/** The call is no longer ours to see: its form goes, and its number with it. */
function forgetCall(call: string): void {
  closeForm(call)
  closeEditor(call)
  known.delete(call)
  pops.delete(call)
}

/** A form is on screen that is not the one of the call that rings or is talked. */
export const elsewhereShown = computed(() => Boolean(inHand.value && presence.value !== 'wrap_up' && myCall.value && shownId.value && shownId.value !== inHand.value))
/** Back to the call in hand. */
export function showInHand(): void {
  if (myCall.value) show(myCall.value)
}

function remember(call: Call): void {
  known.delete(call.call)
  known.set(call.call, call)
  for (const old of known.keys()) if (known.size > KEEP && !forms.value.open.includes(old)) known.delete(old)
}

on('pop', (pop) => {
  pops.set(pop.call.call, pop)
  for (const old of pops.keys()) if (pops.size > KEEP) pops.delete(old)
  remember(pop.call)
  // an own call dialled is begun by the agent, one that comes back is the one in hand: both are meant
  forms.value = rung(forms.value, pop.call.call, { ...around(), inHand: pop.call.call })
})
on('offer_over', (over) => {
  // a call talked in here that comes back and is missed keeps the ticket begun for it
  if (talkedNow.value !== over.call && !answered.has(over.call)) forgetCall(over.call)
})
on('dialled', (told) => {
  if (told.way === 'call' && told.result !== 'answered' && !written(told.call)) forgetCall(told.call)
})
// a call that left the picture keeps its ticket open
watch(() => forms.value.open.map((id) => live.picture.calls.get(id)), (calls) => calls.forEach((call) => call && remember(call)))
/** The call in hand was talked in here before it came (again). */
let hadIt = false
watch(inHand, (call) => (hadIt = answered.has(call)))
// answered, it comes to the front; after a reload the call that was there is there again
watch(talkedNow, (id) => {
  const call = id ? live.picture.calls.get(id) : undefined
  if (call?.direction === 'inbound') answered.add(id)
  if (call && call.call !== shownId.value) show(call)
})
watch(inHand, (id) => {
  const call = id ? live.picture.calls.get(id) : undefined
  if (call && !shownId.value) show(call)
})
/** A page that was loaded anew in a wrap-up: the live picture has its call no more, the agent's calls of today have it once it is booked. */
const LOOKS = 4
const LOOK_MS = 1500
watch(() => (presence.value === 'wrap_up' && inHand.value && !callOf(inHand.value) ? inHand.value : ''), async (id) => {
  for (let look = 0; id && look < LOOKS && inHand.value === id && !callOf(id); look++) {
    if (look) await new Promise((next) => window.setTimeout(next, LOOK_MS))
    // not told to us: the list of what is owed says so itself
    const found = await api<Call[]>('/api/my/calls', { most: KEEP }).catch(() => [])
    const call = found.find((one) => one.call === id)
    if (!call || inHand.value !== id) continue
    if (call.direction === 'inbound') answered.add(id)
    if (shownId.value) remember(call)
    else show(call)
  }
}, { immediate: true })
watch(() => session.me?.account, () => {
  pops.clear()
  known.clear()
  answered.clear()
  forms.value = NONE
})

/** Everybody in my call, and what may be done with them. */
export const parties = computed(() => partiesOf(myCall.value?.participants ?? [], ownSeat.value))
/** The call about which I am asked for advice, as long as I have not heard its citizen: its ticket is not mine to write. */
let advising = ''
/** … but it is where its citizen was talked to here before. */
let mine = false
watch(() => [inHand.value, parties.value.askedBy] as const, ([call, askedBy], [before]) => {
  if (before && before !== call && before === advising && !mine) {
    answered.delete(before)
    forgetCall(before)
  }
  if (askedBy && advising !== call) mine = hadIt
  advising = askedBy ? call : advising === call ? '' : advising
})

/** There is something to hang up: by the phone's word or the daemon's. */
export const inCall = computed(() => phone.session === 'up' || ['talking', 'holding', 'dialling', 'watching'].includes(presence.value))
export const ringing = computed(() => phone.session === 'ringing' || (phone.session === '' && presence.value === 'ringing'))
/** It rings or is talked, here or at the telephone on the desk. */
export const onPhone = computed(() => phone.session !== '' || inCall.value || ringing.value)
/** It can be heard ringing. */
export const rings = computed(() => (byDesk.value ? ringing.value : phone.session === 'ringing'))
/** The other side's number as far as page or daemon know it; '' unknown or withheld. */
export const who = computed(() => (myCall.value && wholest(partyOf(myCall.value.call)?.number, numberOf(myCall.value))) || (phone.session ? phone.from : '') || '')
/** Whom a call is about: one number for everybody who sees the call. */
export function numberOf(call: Call): string {
  return call.direction === 'outbound' ? call.dialled : call.origin || call.caller
}

/** Since when it rings, or is talked, at this seat; a hold does not begin it anew. */
const here = ref<string | null>()
watch(() => [presence.value, mySeat.value?.since] as const, ([is, since], old) => {
  if (!(old && ['talking', 'holding'].includes(is) && ['talking', 'holding'].includes(old[0]))) here.value = since
}, { immediate: true })
/** When the talk of this call began at this seat, by the server's clock; kept over a reload of the page. */
const TALK = 'hotline.talk'
const began = ref<{ call: string; at: number } | null>(keptTalk())
function keptTalk(): { call: string; at: number } | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(TALK) ?? 'null')
    return kept && typeof kept === 'object' && 'call' in kept && 'at' in kept ? { call: String(kept.call), at: Number(kept.at) } : null
  } catch {
    return null
  }
}
watch(() => (['talking', 'holding'].includes(presence.value) ? inHand.value : ''), (call) => {
  if (!call || began.value?.call === call) return
  // since the daemon says so, not since this page heard of it: a busy machine tells late
  const since = Date.parse(mySeat.value?.since ?? '')
  began.value = { call, at: Number.isFinite(since) ? since : live.state.now }
  sessionStorage.setItem(TALK, JSON.stringify(began.value))
})
/** Seconds it has been ringing or talked. */
export const talked = computed(() => {
  if (began.value && began.value.call === talkedNow.value && presence.value !== 'dialling') return Math.max(0, (live.state.now - began.value.at) / 1000)
  return phone.session === 'up' ? (live.state.now - live.state.offset - phone.since) / 1000 : secondsSince(here.value, live.state.now)
})
/** Seconds the call has been on hold; null: it is not. */
export const heldFor = computed(() => (presence.value === 'holding' ? secondsSince(mySeat.value?.since, live.state.now) : null))

/** The own call is on its way back to a page that was loaded anew. */
export const rejoining = ref(false)
/** Since when the citizen of that call hears nobody, in ms of this computer's clock: the page's own beginning, where that is what cut it. */
export const cutAt = ref(0)
const FRESH_MS = 60_000
const REJOIN_MS = 25_000
let rejoinTimer = 0
on('warned', (told) => {
  if (told.what !== 'rejoin' || told.detail) return
  if (!rejoining.value) cutAt.value = performance.now() < FRESH_MS ? performance.timeOrigin : Date.now()
  rejoining.value = true
  window.clearTimeout(rejoinTimer)
  rejoinTimer = window.setTimeout(() => (rejoining.value = false), REJOIN_MS)
})
watch(presence, (is) => is === 'talking' && (rejoining.value = false))
