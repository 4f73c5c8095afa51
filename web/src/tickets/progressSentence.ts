// How far a case is, as a sentence to read aloud: which parts it has, and which key says each. Pure.
import type { components } from '../contract'

export type Progress = components['schemas']['ProgressOut']
export interface Part { key: string; named: Record<string, string | number> }

/** The state a citizen is told: of the case, else of its way there. */
export function stateOf(one: Progress): string {
  if (one.answered_directly) return 'direct'
  return one.case_state ?? (one.state === 'poisoned' ? 'refused' : 'undelivered')
}

/** Parts of the sentence, in order; `time` writes a moment, `state` a state in plain words. */
export function parts(one: Progress, time: (moment: string) => string, state: (word: string) => string): Part[] {
  const said: Part[] = [{ key: one.title ? 'first' : 'firstWithheld', named: { time: time(one.filed_at), title: one.title, number: one.case_number } }]
  if (!one.case_number) said[0] = { key: one.title ? 'firstNumberless' : 'firstWithheldNumberless', named: said[0]!.named }
  if (one.merged_into) said.push({ key: 'merged', named: { number: one.merged_into } })
  said.push({ key: one.case_since ? 'stateSince' : 'state', named: { state: state(stateOf(one)), time: one.case_since ? time(one.case_since) : '' } })
  if (one.open && one.unit) said.push({ key: 'unit', named: { unit: one.unit } })
  if (one.open && one.promised_by && !one.provisional) said.push({ key: 'promised', named: { time: time(one.promised_by) } })
  if (one.open && one.urged) said.push({ key: 'urged', named: { count: one.urged } })
  return said
}
