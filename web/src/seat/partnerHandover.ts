// Hand-overs of the call in hand (联动移交), as the daemon tells them: what is shown of the newest, and what may be done. Pure.
import type { components } from '../contract'

export type Handover = components['schemas']['HandoverOut']
export type Partner = components['schemas']['PartnerOut']

/** The newest; older ones are in the call's story. */
export function newest(rows: readonly Handover[]): Handover | undefined {
  return rows.reduce<Handover | undefined>((last, one) => (!last || one.asked_at >= last.asked_at ? one : last), undefined)
}

/** A word of the catalogue (seat.handover.step.…): ringing, answered, or how it ended. */
export function stepOf(one: Handover): string {
  if (one.how) return one.how
  return one.answered_at ? 'answered' : 'ringing'
}

/** A word of the catalogue for what became of the message: '' the partner has no endpoint. */
export function toldOf(one: Handover): string {
  return one.told === 'sent' || one.told === 'withdrawn' || one.told === 'failed' ? one.told : one.told ? 'waiting' : ''
}

type Say = (key: string) => string
/** What the partner's own program said last, in words. */
export function theirWord(state: string, t: Say, te: (key: string) => boolean): string {
  const key = `seat.handover.their_states.${state}`
  return te(key) ? t(key) : state
}

/** One of an earlier call, in a line: to whom, how it ended, under which number there, and what the partner says of it now. */
export function handedOver(one: Handover, t: (key: string, values?: Record<string, string>) => string, te: (key: string) => boolean): string {
  const step = `seat.handover.step.${stepOf(one)}`
  const how = t(te(step) ? step : 'seat.handover.step.unknown', { who: one.partner_name })
  return [
    how, one.reference && t('seat.handover.their', { number: one.reference }), one.note,
    one.their_state && t('seat.handover.theirs', { who: one.partner_name, state: theirWord(one.their_state, t, te) }), one.their_note,
  ].filter(Boolean).join(' · ')
}

/** The agent's word of it counts while it goes on, and where the telephone alone has said how it ended. */
export function mayOf(one: Handover | undefined): { accept: boolean; refuse: boolean } {
  if (!one) return { accept: false, refuse: false }
  const going = !one.how
  return { accept: going ? Boolean(one.answered_at) : one.how === 'accepted' && !one.reference, refuse: going }
}

/** The partner whose desk this number is. */
export const partnerAt = (partners: readonly Partner[], number: string): Partner | undefined => partners.find((one) => one.number === number)
