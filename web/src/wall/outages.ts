// When trunks did not answer today, as the wall says it. Pure.
import type { components } from '../contract'
import { timeOfDay } from './figures.ts'

type Outage = components['schemas']['OutageOut']
/** The newest ones alone: the wall has little room. */
const MOST = 3

/** `08:05:10–08:20:00, 09:10:00–`; '' when there was none. */
export function windows(outages: readonly Outage[]): string {
  const said = outages.map((one) => `${timeOfDay(one.began_at)}–${one.ended_at ? timeOfDay(one.ended_at) : ''}`)
  return (said.length > MOST ? ['…', ...said.slice(-MOST)] : said).join(', ')
}

/** Each trunk that carried this line's callers, or of which nobody knows whose it is, with its windows. */
export function ofLine(outages: readonly Outage[], line: string): string {
  const names = [...new Set(outages.map((one) => one.name))]
  const own = (name: string) => outages.filter((one) => one.name === name && (!one.lines.length || one.lines.includes(line)))
  return names.filter((name) => own(name).length).map((name) => `${name} ${windows(own(name))}`).join('; ')
}
