// What a command asks for: the fields the server must have, and those that may be said besides. Pure.

export type Field = 'unit' | 'limit' | 'opinion' | 'reason' | 'condition' | 'until' | 'passed' | 'score' | 'worker' | 'closer' | 'helping'
export const ORDER: readonly Field[] = ['unit', 'helping', 'worker', 'limit', 'closer', 'passed', 'condition', 'score', 'until', 'reason', 'opinion']
const BESIDES: Readonly<Record<string, readonly Field[]>> = {
  dispatch: ['opinion', 'helping'], rule: ['helping'], assign: ['opinion'], confirm: ['opinion', 'closer'], accept: ['opinion'], close: ['opinion'], evaluate: ['opinion'], name_closer: ['closer'], rework: ['reason'],
}
/** Commands a photo may go along with. */
export const WITH_PHOTOS: ReadonlySet<string> = new Set(['report', 'finish', 'report_check'])

export interface Typed { unit: string; helping?: string; worker: string; closer: string; condition: string; reason: string; opinion: string; until: string; passed: '' | 'yes' | 'no'; score: string; limitValue: string; limitUnit: string }
export const nothingTyped = (): Typed => ({ unit: '', worker: '', closer: '', condition: '', reason: '', opinion: '', until: '', passed: '', score: '', limitValue: '', limitUnit: '' })

/** A field of numbers holds a number, whatever its type says. */
const text = (value: string): string => String(value).trim()

/** As people write several: 甲、乙，丙. */
export const unitsIn = (value: string): string[] => [...new Set(value.split(/[、,，;；\n]+/).map((one) => one.trim()).filter(Boolean))].slice(0, 10)

export function fieldsOf(command: string, needs: readonly string[]): { field: Field; needed: boolean }[] {
  const besides = BESIDES[command] ?? []
  return ORDER.filter((field) => needs.includes(field) || besides.includes(field)).map((field) => ({ field, needed: needs.includes(field) }))
}

/** The first needed field nothing was typed into; '' none. The ticket's own limit counts as said. */
export function missing(command: string, needs: readonly string[], typed: Typed, ticketLimit: boolean): Field | '' {
  const said = (field: Field): boolean => (field === 'limit' ? ticketLimit || Number(typed.limitValue) > 0 : text(typed[field] ?? '') !== '')
  return fieldsOf(command, needs).find(({ field, needed }) => needed && !said(field))?.field ?? ''
}

/** As the server takes it: what was not typed is left out. */
export function asSaid(command: string, needs: readonly string[], typed: Typed): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const { field } of fieldsOf(command, needs)) {
    if (field === 'limit') {
      if (Number(typed.limitValue) > 0) body.limit = { value: Number(typed.limitValue), unit: typed.limitUnit || 'work_day' }
    } else if (field === 'passed') {
      if (typed.passed) body.passed = typed.passed === 'yes'
    } else if (field === 'score') {
      if (typed.score) body.score = Number(typed.score)
    } else if (field === 'helping') {
      const units = unitsIn(typed.helping ?? '').filter((unit) => unit !== typed.unit.trim())
      if (units.length) body.units_helping = units
    } else if (field === 'until') {
      if (typed.until) body.until = new Date(typed.until).toISOString()
    } else if (text(typed[field] ?? '')) body[field] = text(typed[field] ?? '')
  }
  return body
}
