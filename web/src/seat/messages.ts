// What the stream says to whoever sits here, beside the picture: warnings, notices, tickets that moved.
import { reactive, watch } from 'vue'
import type { components } from '../contract'
import { say } from '../i18n'
import { recall, session } from '../session'
import { on } from '../stream/stream'
import { toast } from '../toasts'

type Shapes = components['schemas']
const MOST = 50

export const heard = reactive({
  /** stays until it is read or the next comes */
  warning: null as Shapes['SeatWarned'] | null,
  /** newest first */
  notices: [] as Shapes['NoticeSaid'][],
  unread: 0,
})

export const readNotices = (): number => (heard.unread = 0)
export const dismiss = (): null => (heard.warning = null)

let begun = false
/** Once, from the frame. */
export function receiveMessages(): void {
  if (begun) return
  begun = true
  // what was said to somebody else is not for the next one at this browser
  watch(() => session.me?.account, (now, before) => {
    if (before && now !== before) Object.assign(heard, { warning: null, notices: [], unread: 0 })
  })
  on('warned', (told) => {
    heard.warning = told
    if (told.what === 'forced') void recall()
  })
  on('notice', (told) => {
    if (heard.notices.some((one) => one.id === told.id)) return
    heard.notices.unshift(told)
    heard.notices.length = Math.min(heard.notices.length, MOST)
    heard.unread += 1
    toast(`${told.by_name}：${told.text}`, told.urgent ? 'bad' : 'info', { stays: true, testid: 'notice' })
  })
  on('ticket', (told) => {
    if (told.case_state === 'returned') {
      toast(say('seat.caseReturned', { number: told.case_number }), 'bad', { stays: true, testid: 'case-returned' })
      return
    }
    if (told.case_state && told.case_state !== 'filed') return // its page shows it; nobody is interrupted
    const known = told.state === 'delivered' || told.state === 'poisoned' ? told.state : 'waiting'
    const text = say(`seat.ticketSaid.${known}`, { number: told.case_number, error: told.error })
    toast(text, known === 'poisoned' ? 'bad' : 'good', { stays: known === 'poisoned', testid: 'ticket-said' })
  })
}
