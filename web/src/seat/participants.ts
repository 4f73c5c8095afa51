// Who is in my call, and what may be done: the daemon's word (CallOut.participants) arranged for one seat. Pure.
import type { components } from '../contract'

export type Part = components['schemas']['ParticipantOut']

export interface Parties {
  /** my own seat's; undefined: my phone has no part in it */
  me?: Part
  citizen?: Part
  /** everybody but me, in the order in which they came */
  others: Part[]
  /** who asks me for advice: a seat; '' nobody does, or I have the citizen by now */
  askedBy: string
  /** whom I called in, while that is not settled: rings, talks with me, or waits */
  consulted?: Part
  /** all of us hear each other */
  joined: boolean
  /** who hears whom, as a word of the catalogue: seat.hears.…; '' nothing to say */
  hears: '' | 'ringing' | 'consulting' | 'swapped' | 'joined'
  may: { complete: boolean; cancel: boolean; conference: boolean; swap: boolean; drop: (leg: string) => boolean }
}

const there = (part: Part) => part.state === 'talking' || part.state === 'held'

export function partiesOf(parts: readonly Part[], seat: string): Parties {
  const me = parts.find((one) => one.seat === seat && one.state !== 'failed')
  const others = parts.filter((one) => one !== me)
  const citizen = others.find((one) => one.role === 'citizen')
  const called = others.filter((one) => one.role === 'consulted' && one.state !== 'failed')
  const mine = called.filter((one) => one.by === seat)
  const withCitizen = (part: Part) => part.group > 0 && part.group === citizen?.group
  const open = mine.find((one) => !withCitizen(one))
  const joined = Boolean(me && withCitizen(me) && called.some(withCitizen))
  const asked = Boolean(me && me.role === 'consulted' && !withCitizen(me))
  const near = Boolean(open && me && open.group > 0 && open.group === me.group)
  const hears = open ? (open.state === 'ringing' ? 'ringing' : near ? 'consulting' : 'swapped') : joined ? 'joined' : ''
  return {
    me, citizen, others, joined, hears,
    askedBy: asked ? (me?.by ?? '') : '',
    consulted: open,
    may: {
      complete: Boolean(open),
      cancel: Boolean(open),
      conference: Boolean(open && there(open)),
      swap: Boolean(open && there(open)),
      drop: (leg) => me?.role === 'agent' && joined && others.some((one) => one.leg === leg && one.role === 'consulted' && one.state !== 'failed'),
    },
  }
}
