// The order of a work list: overdue first, then critical, then urgent or urged, then the soonest due. Pure.
import type { Work } from './caseClient'

type Sorted = Pick<Work, 'number' | 'due_at' | 'urged' | 'urgency' | 'state' | 'state_word'>

export const overdue = (work: Pick<Work, 'due_at'>, now: number): boolean => work.due_at !== null && Date.parse(work.due_at) <= now

export function inOrder<W extends Sorted>(list: readonly W[], now: number): W[] {
  const rank = (work: W): number => (overdue(work, now) ? 0 : work.urgency === 'critical' ? 1 : work.urged > 0 || work.urgency === 'urgent' ? 2 : 3)
  const due = (work: W): number => (work.due_at === null ? Infinity : Date.parse(work.due_at))
  return [...list].sort((one, other) => rank(one) - rank(other) || due(one) - due(other) || one.number.localeCompare(other.number))
}

/** By state, in the order in which their first case stands. */
export function byState<W extends Sorted>(list: readonly W[], now: number): { state: string; word: string; cases: W[] }[] {
  const groups = new Map<string, { state: string; word: string; cases: W[] }>()
  for (const work of inOrder(list, now)) {
    if (!groups.has(work.state)) groups.set(work.state, { state: work.state, word: work.state_word, cases: [] })
    groups.get(work.state)!.cases.push(work)
  }
  return [...groups.values()]
}
