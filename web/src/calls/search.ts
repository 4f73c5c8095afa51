// What a search of calls asks, and of whom. Pure.

export interface Wanted {
  /** days as a date field has them, 2026-11-29; both included */
  from: string
  to: string
  number: string
  line: string
  seat: string
  outcome: string
  case: string
  recorded: boolean
}

export const MOST = 50
export const OUTCOMES = ['ticket', 'direct', 'refused', 'missed', 'nuisance', 'lost', 'pending'] as const

/** This day where the page is. */
export function day(moment: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
}

export function daysBefore(moment: Date, days: number): string {
  return day(new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() - days))
}

export function blank(now: Date, recorded: boolean): Wanted {
  return { from: day(now), to: day(now), number: '', line: '', seat: '', outcome: '', case: '', recorded }
}

/** Midnight at the page's place as a moment; undefined where no day was given. */
function midnight(text: string, later = 0): string | undefined {
  const [year, month, date] = text.split('-').map(Number)
  if (!year || !month || !date) return undefined
  return new Date(year, month - 1, date + later).toISOString()
}

/** The query; the number goes in a header. A case is sought on every day. */
export function asked(wanted: Wanted, all: boolean): Record<string, string | boolean | undefined> {
  const bare = wanted.case.trim() !== ''
  return {
    since: bare ? undefined : midnight(wanted.from), until: bare ? undefined : midnight(wanted.to, 1), line: wanted.line || undefined,
    seat: (all && wanted.seat.trim()) || undefined, outcome: wanted.outcome || undefined, case: wanted.case.trim() || undefined,
    recorded: wanted.recorded || undefined,
  }
}
