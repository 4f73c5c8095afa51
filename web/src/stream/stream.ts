// The live stream: one socket a page, opened anew by itself for as long as somebody is signed in.
//
// What it hears goes into `live` (reactive) and to the ears of `on`. What the phone says goes out by `says`.
import { computed, reactive, shallowReactive, watch } from 'vue'
import type { components } from '../contract'
import { leave, recall, session } from '../session'
import { backoff, begin, blank, corrected, go } from './picture'

type Shapes = components['schemas']
type Server = Shapes['Snapshot'] | Shapes['Delta'] | Shapes['Pop'] | Shapes['NoticeSaid'] | Shapes['SeatWarned'] | Shapes['DialEnded'] | Shapes['OfferOver'] | Shapes['TicketMoved'] | Shapes['CallbacksMoved'] | Shapes['Ping'] | Shapes['Bye']
type Said = { [Kind in Server['t']]: Extract<Server, { t: Kind }> }
type PhoneSays = Shapes['PhoneSays']

/** This load of the page; a reload makes another. */
export const INSTANCE = crypto.randomUUID()
/** The daemon says something every 5 s; whoever reads figures is told of its silence before they act on them. */
const SILENCE_MS = 11_000
const TICK_MS = 1_000
const REST_MS = 5_000

const picture = reactive(blank(<K, V>() => shallowReactive(new Map<K, V>())))
const state = reactive({
  /** a snapshot or a resumed delta was heard on this very socket */
  connected: false,
  /** since when not, by this machine's clock; 0: connected or never was */
  lostAt: 0,
  /** another tab of mine has the seat's phone: this one has none until asked (and an agent's sees nothing) */
  elsewhere: false,
  offset: 0,
  now: Date.now(),
  /** by the server's clock, when anything was heard last; 0: nothing yet */
  heardAt: 0,
})
export const live = { picture, state }
/** Milliseconds by the server's clock; ticks each second. */
export const now = computed(() => state.now)
export const stale = computed(() => !state.connected)
/** The clock of what is shown: it stands still while nothing is heard, as the figures do. */
export const shownNow = computed(() => (state.connected || !state.heardAt ? state.now : Math.min(state.now, state.heardAt)))

const ears: { [Kind in Server['t']]?: Set<(told: never) => void> } = {}
/** Be told of each frame of a kind. Returns how to stop. */
export function on<Kind extends Server['t']>(kind: Kind, ear: (told: Said[Kind]) => void): () => void {
  const set = (ears[kind] ??= new Set())
  set.add(ear as (told: never) => void)
  return () => set.delete(ear as (told: never) => void)
}

let socket: WebSocket | undefined
let tries = 0
let again = 0
let silence = 0
let ticking = 0
let offset: number | null = null
let phone: PhoneSays | undefined
let wanted = false

/** Begin; harmless when it is open. */
export function open(): void {
  wanted = true
  state.elsewhere = false
  if (!ticking) ticking = window.setInterval(() => (state.now = Date.now() + state.offset), TICK_MS)
  if (!socket) connect()
}

export function close(): void {
  wanted = false
  window.clearTimeout(again)
  const old = socket
  socket = undefined
  old?.close(1000)
  state.connected = false
  state.lostAt = 0
  state.heardAt = 0
  phone = undefined
  Object.assign(picture, { epoch: '', seq: 0, heard: '', vitals: null })
  for (const rows of [picture.seats, picture.calls, picture.queues, picture.lines, picture.trunks, picture.alarms, picture.figures, picture.switches]) rows.clear()
}

/** What the softphone is; sent at once, kept for the next socket. */
export function says(word: PhoneSays): void {
  phone = word
  if (state.connected) send(word)
}

function connect(): void {
  window.clearTimeout(again)
  const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/stream`)
  socket = mine
  let spoken = false
  mine.onopen = () => {
    hello()
    listen()
  }
  mine.onmessage = (event) => {
    if (socket !== mine) return
    spoken = true
    hear(JSON.parse(event.data as string) as Server)
    listen()
  }
  mine.onclose = () => {
    if (socket === mine) lost(spoken)
  }
}

function lost(spoken: boolean): void {
  socket = undefined
  window.clearTimeout(silence)
  if (state.connected || !state.lostAt) state.lostAt = Date.now()
  state.connected = false
  if (!wanted) return
  if (spoken) tries = 0
  again = window.setTimeout(() => void retry(spoken), backoff(tries++, Math.random()))
}

/** A handshake that was refused says no why: ask the session before the next one. */
async function retry(spoken: boolean): Promise<void> {
  if (!wanted || socket) return
  if (!spoken && !(await recall())) return lost(false)
  if (wanted && !socket && session.state === 'in' && !session.locked) connect()
}

// a locked screen is let in nowhere anew: the moment it is open again is soon enough
watch(() => session.locked, (locked) => {
  if (!locked && wanted && !socket && !(state.elsewhere && session.me?.role === 'agent')) connect()
})

/** A socket that says nothing for long is dead, whatever TCP thinks. */
function listen(): void {
  window.clearTimeout(silence)
  silence = window.setTimeout(() => drop(), SILENCE_MS)
}

function drop(): void {
  const old = socket
  if (!old) return
  lost(true)
  old.close()
}

function hello(): void {
  send({ t: 'hello', instance: INSTANCE, epoch: picture.epoch, seq: picture.seq })
}

/** Dated by what they tell of, not by when it was said. */
const NOT_NOW = new Set<Server['t']>(['ticket', 'notice', 'callbacks', 'dialled', 'offer_over'])

function hear(told: Server): void {
  if ('at' in told && !NOT_NOW.has(told.t)) {
    offset = corrected(offset, told.at, Date.now())
    state.offset = offset
  }
  state.heardAt = Date.now() + state.offset
  if (told.t === 'ping') send({ t: 'pong', n: told.n })
  else if (told.t === 'snapshot') begin(picture, told)
  else if (told.t === 'delta' && go(picture, told) === 'gap') return hello()
  else if (told.t === 'bye') bye(told)
  if (!state.connected && told.t !== 'bye' && socket) {
    state.connected = true
    state.lostAt = 0
    state.now = Date.now() + state.offset
    if (phone) send(phone)
  }
  for (const ear of ears[told.t] ?? []) (ear as (one: Server) => void)(told)
}

function bye(told: Shapes['Bye']): void {
  const old = socket
  socket = undefined
  old?.close()
  window.clearTimeout(silence)
  state.connected = false
  state.lostAt = Date.now()
  if (told.why === 'signed_out' || told.why === 'expired') {
    close()
    leave(told.why)
  } else if (told.why === 'another_tab' && session.me?.role === 'agent') {
    park()
  } else {
    if (told.why === 'another_tab') park() // the phone is there; a supervisor's picture stays here, too
    // where it is not asked for (we said something wrong), no sooner than anybody would press F5
    again = window.setTimeout(() => void retry(true), told.again ? backoff(tries++, Math.random()) : REST_MS)
  }
}

/** The daemon hears of no phone here, nor of what this one was. */
function park(): void {
  state.elsewhere = true
  phone = undefined
}

function send(word: Shapes['Hello'] | PhoneSays | Shapes['PongBack']): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(word))
}

// a laptop that wakes, a cable that is plugged in: no waiting for the next try
window.addEventListener('online', () => {
  if (wanted && !socket && !(state.elsewhere && session.me?.role === 'agent')) connect()
})
