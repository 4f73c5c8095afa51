// The page's ears and mouth: microphone, loudspeaker, ringer, levels. Knows nothing of SIP.
//
// One microphone stream is kept open for as long as the seat has a phone, so that answering waits for
// nothing; each call speaks through a clone of its track. The ringer has an audio context of its own,
// because it may sound from another device than the talk.
import { reactive, readonly } from 'vue'

type Where = 'microphone' | 'speaker' | 'ringer'
const KEPT = 'hotline.audio'
const LEVEL_MS = 100

interface Chosen {
  microphone: string
  speaker: string
  ringer: string
  /** 0..1 */
  volume: number
}

function kept(): Chosen {
  const blank: Chosen = { microphone: '', speaker: '', ringer: '', volume: 0.7 }
  try {
    return { ...blank, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Chosen>) }
  } catch {
    return blank
  }
}

const state = reactive({
  /** the page may play sound */
  audible: false,
  /** '' not asked yet; 'denied', 'missing', or 'open' */
  microphone: '' as '' | 'open' | 'denied' | 'missing',
  /** open, and nothing comes of it: a key of the headset, or the system, has muted it */
  mutedOutside: false,
  /** a person touched the page, and still nothing can be played: there is no loudspeaker */
  speakerless: false,
  /** when somebody was last heard in a call, this machine's clock; 0 never */
  heardAt: 0,
  /** 0..1, of the last moment */
  levelIn: 0,
  levelOut: 0,
  inputs: [] as { id: string; label: string }[],
  outputs: [] as { id: string; label: string }[],
  chosen: kept(),
})
export const audio = readonly(state) as Readonly<typeof state>
/** A browser that cannot choose a loudspeaker shows no choice. */
export const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype
export const canChooseRinger = 'setSinkId' in AudioContext.prototype

let talk: AudioContext | undefined
let bell: AudioContext | undefined
let stream: MediaStream | undefined
let opening: Promise<boolean> | undefined
/** How often it was closed: what was asked for before the last time is not wanted any more. */
let closings = 0
/** The microphone was unplugged, and nobody was given another one yet. */
let lost = false
let element: HTMLAudioElement | undefined
let hearing: AnalyserNode | undefined
let speaking: AnalyserNode | undefined
let metering = 0
let meters = 0
let bellStop: (() => void) | undefined

type Sinkable = { setSinkId?: (id: string) => Promise<void> }

const SPEAKER_MS = 2_000
/** Above the noise of a silent line, on the scale of `loudness`. */
const VOICE = 0.25

/** Contexts exist from the first look on; they run once a person touched the page (or did before a reload). */
export function wake(): void {
  if (!talk) {
    talk = new AudioContext()
    bell = new AudioContext()
    talk.onstatechange = bell.onstatechange = () => {
      state.audible = bell?.state === 'running'
      if (state.audible) state.speakerless = false
    }
    void sink(bell as Sinkable, state.chosen.ringer)
    void sink(talk as Sinkable, state.chosen.speaker)
  }
  if (talk.state === 'suspended') void talk.resume()
  if (bell?.state === 'suspended') void bell.resume()
  state.audible = bell?.state === 'running'
}
for (const touch of ['pointerdown', 'keydown'] as const) {
  window.addEventListener(touch, touched, { capture: true, passive: true })
}

/** A touch is all a browser wants before it plays; when it does not play even then, there is nothing to play on. */
function touched(): void {
  if (!talk || state.audible) return
  wake()
  window.setTimeout(() => (state.speakerless = !state.audible), SPEAKER_MS)
}

/** Open the microphone (asks the person, once). Never throws; `audio.microphone` says how it went. */
export async function openMicrophone(): Promise<boolean> {
  if (stream?.getAudioTracks().some((track) => track.readyState === 'live')) return true
  // one for all who ask meanwhile: a second stream would be nobody's, and stay open
  const mine = (opening ??= tryMicrophone())
  try {
    return await mine
  } finally {
    if (opening === mine) opening = undefined
  }
}

async function tryMicrophone(): Promise<boolean> {
  const asked = closings
  const wish = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  const exact = state.chosen.microphone
  try {
    const fresh = await getMicrophone(exact ? { ...wish, deviceId: { exact } } : wish)
    if (asked !== closings) {
      for (const track of fresh.getTracks()) track.stop()
      return false
    }
    stream = fresh
  } catch (error) {
    if (asked !== closings) return false
    // the one chosen last time is not plugged in today
    if (exact && !(error instanceof DOMException && error.name === 'NotAllowedError')) {
      state.chosen.microphone = ''
      return tryMicrophone()
    }
    state.microphone = error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'missing'
    return false
  }
  state.microphone = 'open'
  wake() // a page that hears may also sound
  for (const track of stream.getAudioTracks()) {
    track.onended = regain
    watchMute(track)
  }
  speaking = analyse(stream)
  await listDevices()
  if (lost) for (const ear of changed) ear()
  lost = false
  return true
}

const watched = new Set<MediaStreamTrack>()
/** The browser says of a track when something outside the page keeps its sound back; a call's own track is a clone. */
function watchMute(track: MediaStreamTrack): void {
  watched.add(track)
  track.addEventListener('mute', lookForMute)
  track.addEventListener('unmute', lookForMute)
  lookForMute()
}
function lookForMute(): void {
  for (const track of watched) if (track.readyState === 'ended') watched.delete(track)
  state.mutedOutside = [...watched].some((track) => track.muted)
}

async function getMicrophone(wish: MediaTrackConstraints): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException('no microphones here', 'NotFoundError')
  return navigator.mediaDevices.getUserMedia({ audio: wish })
}

/** Unplugged: say so, and take whatever there is now, or as soon as there is something. */
function regain(): void {
  lost = true
  state.microphone = 'missing'
  stream = undefined
  lookForMute()
  void openMicrophone()
}
const changed = new Set<() => void>()
/** Another microphone is in use now: running calls take it too. */
export function onMicrophone(ear: () => void): () => void {
  changed.add(ear)
  return () => changed.delete(ear)
}

export function closeMicrophone(): void {
  closings += 1
  opening = undefined
  lost = false
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null
    track.stop()
  }
  stream = undefined
  speaking = undefined
  state.microphone = ''
  lookForMute()
}

/** A clone for one call; undefined without a microphone. */
export function voice(): MediaStreamTrack | undefined {
  const track = stream?.getAudioTracks()[0]?.clone()
  if (track) watchMute(track)
  return track
}

/** Play what a call brings; undefined: nothing any more. */
export function play(remote: MediaStream | undefined): void {
  if (!element) {
    element = new Audio()
    element.autoplay = true
    void sink(element as Sinkable, state.chosen.speaker)
  }
  element.srcObject = remote ?? null
  hearing = remote ? analyse(remote) : undefined
  if (!remote) state.levelIn = 0
  else void element.play().catch(() => (state.audible = false))
}

function analyse(source: MediaStream): AnalyserNode | undefined {
  if (!talk || !source.getAudioTracks().length) return undefined
  const node = talk.createAnalyser()
  node.fftSize = 1024
  talk.createMediaStreamSource(source).connect(node)
  return node
}

/** Levels are looked at only while somebody looks at them. */
export function watchLevels(): () => void {
  meters += 1
  if (!metering) metering = window.setInterval(() => {
    state.levelIn = loudness(hearing)
    state.levelOut = loudness(speaking)
    if (state.levelIn > VOICE) state.heardAt = Date.now()
  }, LEVEL_MS)
  return () => {
    meters -= 1
    if (meters > 0) return
    window.clearInterval(metering)
    metering = 0
  }
}

const samples = new Float32Array(1024)
/** −60 dB … −6 dB as 0 … 1. */
function loudness(node: AnalyserNode | undefined): number {
  if (!node) return 0
  node.getFloatTimeDomainData(samples)
  const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length
  return power < 1e-9 ? 0 : Math.min(1, Math.max(0, (10 * Math.log10(power) + 60) / 54))
}

// -- devices -----------------------------------------------------------------------------

async function listDevices(): Promise<void> {
  const all = await navigator.mediaDevices.enumerateDevices()
  const of = (kind: MediaDeviceKind) => all.filter((one) => one.kind === kind && one.deviceId).map((one) => ({ id: one.deviceId, label: one.label || one.deviceId.slice(0, 8) }))
  state.inputs = of('audioinput')
  state.outputs = of('audiooutput')
}
navigator.mediaDevices?.addEventListener('devicechange', () => {
  void listDevices()
  if (state.microphone === 'missing') void openMicrophone()
})

/** The page can be heard and can hear: without both it is no telephone. */
export const canTalk = () => state.microphone === 'open' && !state.mutedOutside

export async function choose(where: Where, id: string): Promise<void> {
  state.chosen[where] = id
  keep()
  if (where === 'speaker') await Promise.all([sink(element as Sinkable | undefined, id), sink(talk as Sinkable | undefined, id)])
  else if (where === 'ringer') await sink(bell as Sinkable | undefined, id)
  else {
    closeMicrophone()
    if (await openMicrophone()) for (const ear of changed) ear()
  }
}

export function setVolume(volume: number): void {
  state.chosen.volume = volume
  keep()
}

function keep(): void {
  localStorage.setItem(KEPT, JSON.stringify(state.chosen))
}

async function sink(what: Sinkable | undefined, id: string): Promise<void> {
  // a device that is gone: the default one sounds instead
  await what?.setSinkId?.(id).catch(() => what.setSinkId?.(''))
}

// -- sounds of our own -----------------------------------------------------------------------

function beep(context: AudioContext, at: number, seconds: number, pitches: readonly number[], loud: number): void {
  const gain = context.createGain()
  gain.connect(context.destination)
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(loud, at + 0.015)
  gain.gain.setValueAtTime(loud, at + seconds - 0.03)
  gain.gain.linearRampToValueAtTime(0, at + seconds)
  for (const pitch of pitches) {
    const tone = context.createOscillator()
    tone.frequency.value = pitch
    tone.connect(gain)
    tone.start(at)
    tone.stop(at + seconds)
  }
}

/** Ring until `quiet`. */
export function ring(): void {
  if (!bell || bellStop) return
  const once = () => {
    for (const [at, pitch] of [[0, 880], [0.22, 1108], [0.44, 1318]] as const) beep(bell!, bell!.currentTime + at, 0.2, [pitch, pitch / 2], state.chosen.volume * 0.3)
  }
  once()
  const timer = window.setInterval(once, 2_000)
  bellStop = () => window.clearInterval(timer)
}

export function quiet(): void {
  bellStop?.()
  bellStop = undefined
}

/** Two short tones in the headset: a caller is there now. */
export function zip(): void {
  if (!talk) return
  for (const at of [0, 0.16]) beep(talk, talk.currentTime + at, 0.12, [440], 0.15)
}

/** One ring, to hear whether it is heard. */
export function tryRing(): void {
  wake()
  ring()
  window.setTimeout(quiet, 1_500)
}
