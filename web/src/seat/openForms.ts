// Which tickets are open at this page and which is on screen. Pure: the calls themselves are others' (current.ts).
//
// One rule: what an agent writes in, or talks about, is never taken away from under their fingers. A call that rings is
// shown at once when nothing is in the way; else its form waits beside until it is answered.

export interface Forms {
  /** calls with an open form, the oldest first */
  readonly open: readonly string[]
  /** whose form is on screen; '' none */
  readonly shown: string
}

export const NONE: Forms = { open: [], shown: '' }
const MOST = 8

/** What is known of the page when a call rings or is answered. */
export interface Around {
  /** the call that is talked at this seat now; '' none */
  talking: string
  /** the call that is in hand: it rings, is talked or wrapped up; '' none */
  inHand: string
  /** something was typed in this call's form and is not filed */
  written: (call: string) => boolean
  /** it was talked in and has neither ticket nor result */
  wanted: (call: string) => boolean
}

/** Put this form in front. Others stay open while somebody has words in them or the call is in hand. */
export function shownWith(forms: Forms, call: string, around: Around): Forms {
  const open = forms.open.includes(call) ? forms.open : [...forms.open, call]
  const kept = open.filter((one) => one === call || one === around.inHand || one === around.talking || around.written(one) || around.wanted(one))
  return { open: bounded(kept, [call], around), shown: call }
}

/** Of too many the oldest go, but none that is looked at, in hand, or has words in it. */
function bounded(open: readonly string[], firm: readonly string[], around: Around): string[] {
  let over = open.length - MOST
  return open.filter((one) => firm.includes(one) || one === around.inHand || one === around.talking || around.written(one) || over-- <= 0)
}

/** A phone of ours rings, or we dial. */
export function ringing(forms: Forms, call: string, around: Around): Forms {
  if (around.talking && around.talking !== call) return forms // it cannot be answered now: it is not even opened
  if (forms.shown && forms.shown !== call && around.written(forms.shown)) return beside(forms, call, around)
  return shownWith(forms, call, around)
}

function beside(forms: Forms, call: string, around: Around): Forms {
  return forms.open.includes(call) ? forms : { ...forms, open: bounded([...forms.open, call], [call, forms.shown], around) }
}

/** It is no call of ours (any more), or its form is done with: the one in hand comes back, else the last that is open. */
export function closed(forms: Forms, call: string, around: Around): Forms {
  const open = forms.open.filter((one) => one !== call)
  if (forms.shown !== call) return { open, shown: forms.shown }
  const next = open.includes(around.inHand) ? around.inHand : (open.at(-1) ?? '')
  return { open, shown: next }
}
