// What the stream says to whoever sits here, beside the picture: warnings, notices, tickets that moved.
import { reactive, watch } from 'vue'
import { book, masked, named } from './numbers'
import type { components } from '../contract'
import { say } from '../i18n'
import { may, recall, session } from '../session'
import { live, on } from '../stream/stream'
import { toast, untoastAll, untoastKind } from '../toasts'
import { cutAt, mySeat, rejoining } from './current'
import { verbs } from './verbs'

type Shapes = components['schemas']
const MOST = 50

export const heard = reactive({
  /** goes by itself, or when it is read; that the phone is not ready stays as long as it is so */
  warning: null as Shapes['SeatWarned'] | null,
  /** newest first */
  notices: [] as Shapes['NoticeSaid'][],
  unread: 0,
})

export function readNotices(): void {
  heard.unread = 0
  untoastKind('notice')
}
export const dismiss = (): null => (heard.warning = null)
const WARNED_MS = 20_000
const URGENT_MS = 120_000
let going = 0

/** A seat with its agent's name, a number with its own where the phone book has one. */
export function nameOf(to: string): string {
  const seat = live.picture.seats.get(to)
  return named(to, seat ? seat.agent_name : (book.value.find((one) => one.number === to)?.name ?? ''))
}

let begun = false
/** Once, from the frame. */
export function receiveMessages(): void {
  if (begun) return
  begun = true
  // what was said to somebody else is not for the next one at this browser
  watch(() => session.me?.account, (now, before) => {
    if (before && now !== before) {
      Object.assign(heard, { warning: null, notices: [], unread: 0 })
      untoastAll()
    }
  })
  on('warned', (told) => {
    if (told.what === 'forced') void recall()
    if (told.what === 'rejoin' && !told.detail) return // said where the call is (`current.ts`)
    heard.warning = told
    window.clearTimeout(going)
    if (told.what !== 'phone') going = window.setTimeout(dismiss, WARNED_MS)
  })
  watch(() => mySeat.value?.reason, (reason, before) => {
    if (before === 'phone' && reason !== 'phone' && heard.warning?.what === 'phone') dismiss()
  })
  watch(rejoining, (is, was) => {
    if (was && !is && mySeat.value?.state === 'talking') {
      const seconds = Math.max(1, Math.round((Date.now() - cutAt.value) / 1000))
      toast(() => say('seat.rejoined', { seconds }), 'good', { testid: 'rejoined' })
    }
  })
  on('dialled', (told) => {
    if (told.way === 'call') {
      verbs.unreached = told.result === 'answered' ? null : { to: told.to, why: told.result }
      return
    }
    if (told.result === 'answered' && told.way === 'consult') return // the card shows it
    if (heard.warning?.what === 'taken_over') return // the citizen was given away by the supervisor, who has said so
    const text = () => say(told.result === 'answered' ? 'seat.dialled.given' : `seat.dialled.${told.way}`, { to: nameOf(told.to), why: say(`seat.dialled.why.${told.result}`) })
    toast(text, told.result === 'answered' ? 'good' : 'warning', { testid: 'dialled', ms: 15_000 })
  })
  const numbers = new Map<string, string>()
  on('pop', (pop) => {
    numbers.set(pop.call.call, masked(pop.party.number))
    for (const old of numbers.keys()) if (numbers.size > MOST) numbers.delete(old)
  })
  on('offer_over', (over) => {
    const number = numbers.get(over.call)
    toast(() => say(`seat.offerOver.${over.queue ? over.result : over.result === 'missed' ? 'put' : over.result}`, { number: number || say('seat.call.hidden') }), over.queue && over.result === 'missed' ? 'warning' : 'info', { testid: 'offer-over', ms: 15_000 })
  })
  // 求助班长: whoever supervises is told at once, wherever they are in the pages
  watch(() => (may('supervise') ? [...live.picture.seats.values()].filter((one) => one.help_since).map((one) => one.seat) : []), (seats, before) => {
    for (const seat of before) if (!seats.includes(seat)) untoastKind(`help-${seat}`)
    for (const seat of seats)
      if (!before.includes(seat)) toast(() => say('seat.help.asked', { who: nameOf(seat) }), 'bad', { stays: true, testid: `help-${seat}` })
  })
  on('notice', (told) => {
    if (heard.notices.some((one) => one.id === told.id)) return
    heard.notices.unshift(told)
    heard.notices.length = Math.min(heard.notices.length, MOST)
    heard.unread += 1
    toast(() => say('app.told', { what: told.by_name, how: told.text }), told.urgent ? 'bad' : 'info', { testid: 'notice', ms: told.urgent ? URGENT_MS : 20_000 })
  })
  on('ticket', (told) => {
    if (told.case_state === 'returned') {
      toast(() => say('seat.caseReturned', { number: told.case_number }), 'bad', { stays: true, testid: 'case-returned' })
      return
    }
    if (told.case_state && told.case_state !== 'filed') return // its page shows it; nobody is interrupted
    const known = told.state === 'delivered' || told.state === 'poisoned' ? told.state : 'waiting'
    const text = () => say(`seat.ticketSaid.${known}`, { number: told.case_number, error: told.error })
    toast(text, known === 'poisoned' ? 'bad' : 'good', { stays: known === 'poisoned', testid: 'ticket-said' })
  })
}
