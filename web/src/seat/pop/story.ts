// Arranging what is known of a caller for the eye. Pure.
import type { components } from '../../contract'

type Shapes = components['schemas']
export type Ticket = Shapes['TicketOut']
export type Past = Shapes['PastCallOut']

/** How a ticket is named to other systems: by its case, or by itself while it has none. */
export const caseOf = (ticket: Ticket): string => ticket.case_number || ticket.id

/** Open ones first (the first ``open`` of the newest count as such where the server only counts), each group newest first. */
export function openFirst(tickets: Ticket[]): Ticket[] {
  return [...tickets].sort((a, b) => Number(closed(a)) - Number(closed(b)) || (a.filed_at < b.filed_at ? 1 : -1))
}

/** The case store says so of its case; a direct answer is settled when it is filed. */
export function closed(ticket: Ticket): boolean {
  return ticket.case_state === 'closed' || ticket.case_state === 'voided' || ticket.ticket.answered_directly === true
}

/** Day and time, short: today's calls need no date. */
export function when(moment: string | null | undefined, now: Date, locale: string): string {
  if (!moment) return ''
  const at = new Date(moment)
  const time = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hour12: false })
  if (at.toDateString() === now.toDateString()) return time
  const day: Intl.DateTimeFormatOptions = at.getFullYear() === now.getFullYear() ? { month: 'numeric', day: 'numeric' } : { year: 'numeric', month: 'numeric', day: 'numeric' }
  return `${at.toLocaleDateString(locale, day)} ${time}`
}

/** What a caller went through, short: of one announcement after another the last; nothing where he heard the notice alone. */
export function passed(rows: readonly Shapes['PassedOut'][]): Shapes['PassedOut'][] {
  const told = rows.filter((one, n) => one.what !== 'told' || rows[n + 1]?.what !== 'told')
  return told.every((one) => one.what === 'notice' || one.what === 'queue') ? [] : told
}

export function talked(call: Shapes['CallOut']): number {
  return call.answered_at && call.ended_at ? (Date.parse(call.ended_at) - Date.parse(call.answered_at)) / 1000 : 0
}

/** 138 0013 8000: the groups a number is read and said in, as cti/numbers.py says. The text itself has no blanks, so that it can be copied. */
export function grouped(number: string): string[] {
  const mobile = /^(1\d{2})(\d{4}|\*{4})(\d{4})$/.exec(number)
  return mobile ? mobile.slice(1) : [number]
}
