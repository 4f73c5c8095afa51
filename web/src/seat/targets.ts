// What the transfer directory offers, and what may be done with each of it. Pure.
import type { components } from '../contract'

export type Target = components['schemas']['TargetOut']
type Seats = ReadonlyMap<string, { state: string }>

/** How its seat is this moment; '' it is no seat's. */
export function stateOf(one: Target, seats: Seats): string {
  return one.seat ? (seats.get(one.seat)?.state ?? one.state) : one.state
}

/** What is dialled for it; of a queue its id; '' nobody would come. */
export function targetOf(one: Target): string {
  if (one.kind === 'queue') return one.signed_in > 0 ? one.id : ''
  return one.kind === 'number' ? one.number : one.seat
}

/** A number or a seat, as people type or paste one. */
export const dialled = (text: string): boolean => /^[+\d][\d\s()*#-]*$/.test(text.trim())

/** A queue is nobody who could be asked first; where nobody sits a telephone may ring, but no citizen is sent there. */
export function mayBe(chosen: Target | null, text: string, state: string): { blind: boolean; attended: boolean } {
  if (!chosen) return { blind: Boolean(text.trim()), attended: Boolean(text.trim()) }
  const there = Boolean(targetOf(chosen))
  return { blind: there && (!chosen.seat || state === 'ready' || state === 'paused'), attended: there && chosen.kind !== 'queue' }
}
