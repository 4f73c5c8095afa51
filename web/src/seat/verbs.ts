// What an agent asks of the telephone. By the daemon where it is there; by the softphone alone where
// that can do it too, so that answering, holding and hanging up never wait for a restart.
import { reactive, watch } from 'vue'
import { failure, Refused, send } from '../restClient'
import { say } from '../i18n'
import * as soft from '../phone/softphone'
import { byDesk, leaveSeat, ownSeat, session, signOut } from '../session'
import { live } from '../stream/stream'
import { toast } from '../toasts'
import { onPhone, presence } from './current'

/** A telephone's button must answer soon; nobody waits 15 s for a hung daemon. */
const PATIENCE_MS = 4_000
/** Refusals that say something about the daemon's sight, not about the wish. */
const BLIND = new Set(['blind', 'no_call', 'telephone', 'unavailable', 'locked'])

const NOTHING = {
  /** the last refusal or trouble, for a person; '' none */
  said: '',
  /** the call I made last, when it was not answered: whom, and why (a word of the catalogue); null: none */
  unreached: null as { to: string; why: string } | null,
  busy: '',
  /** what was agreed for after the call */
  after: '' as '' | 'ready' | 'pause' | 'log_out',
  /** sign out of the session, too, when the seat is off */
  outAfter: false,
}
export const verbs = reactive({ ...NOTHING })
/** The next person at this page begins with nothing of the one before. */
watch(() => session.me?.account, () => Object.assign(verbs, NOTHING))
/** Whoever calls now is not the one that was not reached. */
watch(presence, (is) => is === 'ringing' && (verbs.unreached = null))

interface Done {
  done?: boolean
  detail?: string
}

/** Ask for something of my seat. True: accepted. The refusal is said; `without` may do it another way. */
async function ask(verb: string, body?: unknown, without?: (refused: Refused) => boolean, method = 'POST'): Promise<boolean> {
  verbs.busy = verb
  verbs.said = ''
  try {
    await send<Done>(method, `/api/seats/${ownSeat.value}/${verb}`, body, false, PATIENCE_MS)
    return true
  } catch (error) {
    if (error instanceof Refused && without && (error.away || BLIND.has(error.word)) && without(error)) return true
    verbs.said = failure(error)
    return false
  } finally {
    verbs.busy = ''
  }
}

export const ready = () => ask('ready')
export const pause = (reason: string) => ask('pause', { reason })
export const endWrapUp = () => ask('end-wrap-up')
export const extendWrapUp = () => ask('extend-wrap-up')
/** 求助班长, or taken back. */
export const askHelp = (on: boolean) => ask('help', undefined, undefined, on ? 'POST' : 'DELETE')
/** 换话机: the other device of my seat rings from the next call on. */
export const useDevice = (device: string): Promise<boolean> => ask('device', { device })
export const drop = (leg: string) => ask('drop', { leg })

export async function afterCall(then: typeof verbs.after, reason = ''): Promise<void> {
  if (await ask('after-call', { then, reason })) verbs.after = then
}

export async function answer(): Promise<void> {
  verbs.said = ''
  await soft.answer()
}

export async function hangUp(): Promise<void> {
  // what rings at a softphone is refused by the softphone: nobody need be asked
  if (soft.phone.session === 'ringing' && soft.drop()) return
  if (!live.state.connected && soft.drop()) return
  await ask('hang-up', undefined, () => soft.drop())
}

export async function hold(): Promise<void> {
  await ask('hold', undefined, () => soft.hold(true))
}

export async function resume(): Promise<void> {
  if (soft.phone.held) {
    soft.hold(false)
    return
  }
  await ask('resume')
}

export const isHeld = (): boolean => soft.phone.held || presence.value === 'holding'

export const transfer = (to: string, kind: 'blind' | 'attended'): Promise<boolean> => ask('transfer', { to, kind })

/** To whoever serves that queue: the citizen waits there before the others. */
export const toQueue = (queue: string): Promise<boolean> => ask('transfer/queue', { queue })

/** 联动移交: the partner is told, then its desk is dialled. */
export const handOver = (partner: string, summary: string): Promise<boolean> => ask('handover', { partner, summary: summary.trim() })

/** What came of it, by the agent's word. */
export const handoverWord = (id: string, word: 'accept' | 'refuse', body: { reference?: string; reason?: string }): Promise<boolean> => ask(`handover/${id}/${word}`, body)

export async function endConsult(how: 'complete' | 'cancel' | 'conference' | 'swap'): Promise<void> {
  await ask(`transfer/${how}`)
}

/** A seat is called, everything else is dialled. */
export async function dial(number: string): Promise<boolean> {
  verbs.unreached = null
  return live.picture.seats.has(number) ? ask('call', { to: number }) : ask('dial', { number })
}

export async function press(key: string): Promise<void> {
  if (byDesk.value || !soft.press(key)) await ask('keys', { keys: key })
}

/** 签出 from the seat, staying signed in. */
export async function leave(): Promise<void> {
  try {
    await leaveSeat()
  } catch (error) {
    verbs.said = failure(error)
  }
}

/** 退出: at once, or when the call is over. */
export async function out(): Promise<void> {
  if (onPhone.value) {
    await afterCall('log_out')
    if (verbs.after === 'log_out') {
      verbs.outAfter = true
      toast(() => say('seat.signOutAfter'), 'info')
    }
    return
  }
  try {
    await signOut()
  } catch (error) {
    verbs.said = failure(error)
  }
}

/** The call and its wrap-up are over: what was agreed for then has come. */
export function settled(): void {
  verbs.after = ''
}

/** The seat is off: whoever wanted to go, goes. */
export async function wentOff(): Promise<void> {
  const go = verbs.outAfter
  Object.assign(verbs, { after: '', outAfter: false, unreached: null, said: '' })
  if (go && session.state === 'in') await signOut().catch(() => undefined)
}
