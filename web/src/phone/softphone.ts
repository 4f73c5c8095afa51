// The softphone: JsSIP at the seat's endpoint, over the edge's /sip. It lives as long as the seat is taken.
//
// Its socket is not the daemon's: with the daemon away it rings, talks, holds and hangs up all the same.
// Asterisk offers every call (also those that this seat dials), so there is only ever an incoming session.
// Leaving the page says nothing to Asterisk on purpose: the daemon brings the call back (see `rejoins`).
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { UA } from 'jssip'
import type { RTCSessionEvent } from 'jssip/lib/UA'
import { reactive, readonly } from 'vue'
import { failure, onSend, Refused, send } from '../restClient'
import type { components } from '../contract'
import { ownSeat } from '../session'
import { audio, closeMicrophone, onMicrophone, openMicrophone, play, quiet, ring, voice, wake, zip } from './audio'
import { expectedOf, isExpected, type Expected } from './expected'
import { quality, read, steady, UNKNOWN, type Quality, type Reading } from './quality'
import { alawFirst } from './sdp'

type Keys = components['schemas']['PhoneOut']
const GATHER_MS = 200
const LOOK_MS = 2_000
const AGAIN_MS = 2_000
const REJOIN_MS = 20_000
const AUTO = 'hotline.auto-answer'

const state = reactive({
  /** a seat with a softphone is taken */
  wanted: false,
  connected: false,
  registered: false,
  /** what the one session does; '' none */
  session: '' as '' | 'ringing' | 'answering' | 'up',
  /** the other side's number as SIP tells it */
  from: '',
  /** since when it is so, this machine's clock */
  since: 0,
  muted: false,
  /** held by ourselves, without the daemon */
  held: false,
  quality: UNKNOWN as Quality,
  /** sound comes over the line, be it silence: packets arrived since the last look */
  comes: true,
  /** why it is not registered, or why the last call failed: for a person */
  trouble: '',
  autoAnswer: localStorage.getItem(AUTO) === 'yes',
})
export const phone = readonly(state) as Readonly<typeof state>
// The back key or a closed tab would send the citizen back to the queue: the browser asks first.
window.addEventListener('beforeunload', (event) => {
  if (state.session === 'up') event.preventDefault()
})

let agent: UA | undefined
let session: RTCSession | undefined
let track: MediaStreamTrack | undefined
let again = 0
let looking = 0
let reading: Reading | null = null
/** What the reading before this one said. */
let measured: Quality | null = null
let expected: Expected | undefined
let rejoinUntil = 0
/** Grows with each start and stop: what was asked before is no longer wanted. */
let turn = 0
/** Given up in the middle of a talk: it is over when the talk is, and not before. */
let retiring = false
let anew = false

onSend((path, body) => (expected = expectedOf(path, body, ownSeat.value, Date.now()) ?? expected))
onMicrophone(() => void speakAnew())

/** Register, and stay registered until `stop`. */
export async function start(): Promise<void> {
  if (retiring) anew = true
  if (state.wanted || retiring) return
  state.wanted = true
  state.trouble = ''
  const mine = ++turn
  wake()
  const [jssip, keys] = await Promise.all([import('jssip'), fetchKeys(mine), openMicrophone()])
  if (mine !== turn || !keys) return
  const socket = new jssip.WebSocketInterface(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${keys.socket}`)
  // a seat has one socket, the newest: a page that has given its seat up must not take the place of the one that has it
  const connect = socket.connect.bind(socket)
  socket.connect = () => void (retiring && agent === made ? undefined : connect())
  const made = new jssip.UA({
    sockets: [socket],
    uri: keys.uri,
    authorization_user: keys.user,
    password: keys.password,
    register: true,
    register_expires: keys.register_seconds,
    session_timers: false,
    no_answer_timeout: 300, // Asterisk decides how long it rings
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 4,
    user_agent: 'hotline',
  })
  agent = made
  made.on('connected', () => agent === made && (state.connected = true))
  made.on('disconnected', () => agent === made && (state.connected = state.registered = false))
  made.on('registered', () => {
    if (agent !== made) return
    state.registered = true
    state.trouble = ''
  })
  made.on('unregistered', () => agent === made && (state.registered = false))
  made.on('registrationFailed', (event) => {
    if (mine !== turn) return
    state.registered = false
    const status = event.response?.status_code
    if (event.cause) state.trouble = `${status ?? ''} ${event.cause}`.trim()
    window.clearTimeout(again)
    again = window.setTimeout(() => void renew(mine, status === 401 || status === 403 || status === 407), AGAIN_MS)
  })
  made.on('newRTCSession', (event: RTCSessionEvent) => {
    // by its words, not by JsSIP's enum: it has no value at run time
    if ((event.originator as string) === 'remote') offered(event.session, event.session.remote_identity.uri.user ?? '')
  })
  made.start()
}

/**
 * Give the endpoint up. Nobody who talks is cut off by it: a session that expires, or another tab that takes
 * the seat, lets the talk end first (or the daemon move it to where the seat is now).
 */
export function stop(): void {
  turn += 1
  anew = false
  window.clearTimeout(again)
  state.wanted = false
  if (session && state.session !== 'ringing') retiring = true
  else end()
}

function end(): void {
  retiring = false
  const old = agent
  agent = undefined
  if (session) {
    session.terminate({ status_code: 480 })
    over()
  }
  old?.stop()
  Object.assign(state, { connected: false, registered: false, trouble: '' })
  closeMicrophone()
  if (anew) {
    anew = false
    void start()
  }
}

/** Keys are made anew by each request. Tries until it has them; undefined when no longer wanted. */
async function fetchKeys(mine: number): Promise<Keys | undefined> {
  while (mine === turn) {
    try {
      return await send<Keys>('POST', '/api/session/phone')
    } catch (error) {
      state.trouble = failure(error)
      if (!(error instanceof Refused && error.away)) await pause(AGAIN_MS)
      await pause(AGAIN_MS)
    }
  }
  return undefined
}

async function renew(mine: number, refused: boolean): Promise<void> {
  if (mine !== turn) return
  if (refused) {
    const keys = await fetchKeys(mine)
    if (mine !== turn || !keys) return
    agent?.set('authorization_user', keys.user)
    agent?.set('password', keys.password)
  }
  if (agent?.isConnected()) agent.register()
}

const pause = (ms: number) => new Promise((next) => window.setTimeout(next, ms))

// -- a call comes ------------------------------------------------------------------------

function offered(incoming: RTCSession, from: string): void {
  if (retiring) {
    incoming.terminate({ status_code: 480 })
    return
  }
  if (session && !session.isEnded()) {
    if (!alive(session)) forget()
    else if (isExpected(expected, from, Date.now())) {
      // taking over while listening in: the ear's goodbye may come after the citizen
      const ear = session
      over()
      ear.terminate()
    } else {
      incoming.terminate({ status_code: 486 })
      return
    }
  }
  session = incoming
  Object.assign(state, { session: 'ringing', from, since: Date.now(), muted: false, held: false, trouble: '' })
  incoming.on('peerconnection', (event) => connect(incoming, event.peerconnection))
  incoming.on('sdp', (event) => {
    if ((event.originator as string) === 'local') event.sdp = alawFirst(event.sdp)
  })
  let gathering = 0
  incoming.on('icecandidate', (event) => {
    // host candidates are there at once: nothing else is worth a citizen's waiting
    if (!gathering) gathering = window.setTimeout(() => event.ready(), GATHER_MS)
  })
  incoming.on('accepted', () => {
    if (session !== incoming) return
    Object.assign(state, { session: 'up', since: Date.now() })
    looking = window.setInterval(() => void look(incoming), LOOK_MS)
  })
  incoming.on('hold', (event) => (event.originator as string) === 'local' && (state.held = true))
  incoming.on('unhold', (event) => (event.originator as string) === 'local' && (state.held = false))
  incoming.on('ended', () => session === incoming && over())
  incoming.on('failed', (event) => {
    if (session !== incoming) return
    if ((event.originator as string) !== 'remote' && event.cause !== 'Rejected' && event.cause !== 'Canceled') state.trouble = event.cause
    over()
  })
  const mine = isExpected(expected, from, Date.now())
  if (mine) expected = undefined
  if (mine || Date.now() < rejoinUntil) void answer()
  else if (state.autoAnswer) {
    zip()
    void answer()
  } else ring()
}

function connect(mine: RTCSession, peer: RTCPeerConnection): void {
  peer.addEventListener('track', (event) => play(event.streams[0] ?? new MediaStream([event.track])))
  peer.addEventListener('connectionstatechange', () => {
    // No BYE: to Asterisk the leg is up, and the daemon rings us again with the same citizen.
    if (peer.connectionState === 'failed' && session === mine) forget()
  })
}

function alive(one: RTCSession): boolean {
  return !one.isEnded() && !['failed', 'closed'].includes(one.connection?.connectionState ?? 'new')
}

/** The own call comes back after the page was loaded anew: no asking. */
export function rejoins(): void {
  rejoinUntil = Date.now() + REJOIN_MS
  if (state.session === 'ringing') void answer()
}

function over(): void {
  session = undefined
  rejoinUntil = 0
  window.clearInterval(looking)
  quiet()
  play(undefined)
  track?.stop()
  track = undefined
  reading = measured = null
  Object.assign(state, { session: '', from: '', since: 0, muted: false, held: false, quality: UNKNOWN, comes: true })
  if (retiring) queueMicrotask(() => retiring && end())
}

/** Let a session go without a word to the other side. */
function forget(): void {
  const old = session
  over()
  old?.connection?.close()
}

// -- what a person does ------------------------------------------------------------------------

export async function answer(): Promise<void> {
  const mine = session
  if (!mine || state.session !== 'ringing') return
  state.session = 'answering'
  quiet()
  wake()
  await openMicrophone()
  if (session !== mine) return
  track = voice()
  if (!track) {
    state.session = 'ringing'
    state.trouble = audio.microphone
    ring()
    return
  }
  mine.answer({ mediaStream: new MediaStream([track]), pcConfig: { iceServers: [] } })
}

/** Hang up or refuse what rings, by SIP alone. False: there is nothing. */
export function drop(): boolean {
  if (!session || session.isEnded()) return false
  session.terminate(state.session === 'up' ? {} : { status_code: 486 })
  return true
}

export function mute(on: boolean): void {
  if (!session) return
  if (on) session.mute({ audio: true })
  else session.unmute({ audio: true })
  state.muted = on
}

/** Hold by SIP alone, for when the daemon is away: Asterisk plays music to the citizen. */
export function hold(on: boolean): boolean {
  if (!session?.isEstablished()) return false
  return on ? session.hold() : session.unhold()
}

/** RFC 4733, in the audio stream. */
export function press(key: string): boolean {
  const sender = session?.connection?.getSenders().find((one) => one.track?.kind === 'audio')
  if (!sender?.dtmf?.canInsertDTMF) return false
  sender.dtmf.insertDTMF(key, 160, 60)
  return true
}

export function setAutoAnswer(on: boolean): void {
  state.autoAnswer = on
  localStorage.setItem(AUTO, on ? 'yes' : 'no')
}

/** Another microphone in mid-call. */
async function speakAnew(): Promise<void> {
  const sender = session?.connection?.getSenders().find((one) => one.dtmf || one.track?.kind === 'audio')
  const fresh = sender && voice()
  if (!sender || !fresh) return
  fresh.enabled = !state.muted
  await sender.replaceTrack(fresh)
  track?.stop()
  track = fresh
}

async function look(mine: RTCSession): Promise<void> {
  const rows: Record<string, unknown>[] = []
  ;(await mine.connection.getStats()).forEach((row: Record<string, unknown>) => rows.push(row))
  if (session !== mine) return
  const now = read(rows)
  const heard = quality(reading, now)
  state.quality = steady(measured, heard)
  measured = heard
  state.comes = reading === null || now.received > reading.received
  reading = now
}

// a laptop that wakes or a network that is back: is the registration still ours?
window.addEventListener('online', () => agent?.isConnected() && agent.register())
