// What a search of tickets asks: one box for what a citizen says, and the filters beside it. Pure.
import { day, daysBefore } from '../calls/search.ts'

export interface Sought {
  /** a case number, a telephone number, or words of title, content, place */
  box: string
  from: string
  to: string
  code: string
  unit: string
  state: string
  agent: string
}

export const MOST = 50
export const STATES = ['open', 'undelivered', 'refused', 'filed', 'dispatched', 'handling', 'suspended', 'handled', 'checked', 'closed', 'returned', 'voided'] as const

export function blank(): Sought {
  return { box: '', from: '', to: '', code: '', unit: '', state: '', agent: '' }
}

export function lately(now: Date, days: number): Pick<Sought, 'from' | 'to'> {
  return { from: daysBefore(now, days), to: day(now) }
}

/** What the box holds: a telephone number in any spelling, a case's number (letters and digits without a blank, or more digits than a telephone has), else words. */
export function meant(box: string): 'number' | 'case' | 'words' | '' {
  const text = box.trim()
  if (!text) return ''
  const digits = text.replace(/\D/g, '')
  if (/^[+\d\s()*-]+$/.test(text) && digits.length >= 5 && digits.length <= 13) return 'number'
  if (/^[0-9A-Za-z_.:/-]{6,64}$/.test(text) && digits.length >= 4) return 'case'
  return 'words'
}

function midnight(text: string, later = 0): string | undefined {
  const [year, month, date] = text.split('-').map(Number)
  if (!year || !month || !date) return undefined
  return new Date(year, month - 1, date + later).toISOString()
}

/** Query and headers: numbers and words stand in no address. */
export function asked(sought: Sought, all: boolean): { query: Record<string, string | undefined>; header: [name: 'X-Hotline-Number' | 'X-Hotline-Search', words: string] | null } {
  const what = meant(sought.box)
  const text = sought.box.trim()
  return {
    query: {
      case: what === 'case' ? text : undefined, code: sought.code.trim() || undefined, unit: sought.unit.trim() || undefined, state: sought.state || undefined,
      agent: (all && sought.agent.trim()) || undefined, since: midnight(sought.from), until: midnight(sought.to, 1),
    },
    header: what === 'number' ? ['X-Hotline-Number', text] : what === 'words' ? ['X-Hotline-Search', text] : null,
  }
}
