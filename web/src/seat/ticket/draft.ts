// The draft of a call: its matters, and how two states of it become one. Pure.
// The server keeps one draft a call and agent, with a version that grows; the browser keeps
// what the server has not said yes to. Nothing typed in either is dropped when they differ.
import { blank, type Form } from './form.ts'

export interface Receipt {
  id: string
  title: string
  case_number: string
  query_code: string
  state: string
  error: string
  /** the date the citizen is told; none: no limit is known */
  promise?: Promised | null
}

export interface Promised {
  by: string
  provisional: boolean
  condition: string
  basis: string
  limit?: { value: number; unit: string }
}

export interface Matter {
  /** 1, 2 … : which matter of the call; part of the ticket's key */
  part: number
  form: Form
  filed: Receipt | null
}

export interface Draft {
  matters: Matter[]
}

export const MOST_BYTES = 16_000
export const MOST_PARTS = 20

export function fresh(form: Form): Draft {
  return { matters: [{ part: 1, form, filed: null }] }
}

/** What is kept: matters not filed yet. A filed one is a ticket, and the server's own. */
export function packed(draft: Draft): Record<string, unknown> {
  const open = draft.matters.filter((one) => !one.filed)
  return { v: 1, matters: open.map(({ part, form }) => ({ part, form: said(form) })) }
}

/** Fields that differ from a blank form. */
function said(form: Form): Partial<Form> {
  const empty = blank()
  return Object.fromEntries(Object.entries(form).filter(([name, value]) => !same(value, empty[name as keyof Form])))
}

/** From the server's or the browser's store, whatever is in there; null when it is no draft of ours. */
export function unpacked(raw: unknown): Draft | null {
  if (!isObject(raw) || !Array.isArray(raw.matters)) return null
  const matters = raw.matters
    .filter(isObject)
    .filter((one) => typeof one.part === 'number' && Number.isInteger(one.part) && one.part >= 1 && one.part <= MOST_PARTS)
    .map((one): Matter => ({ part: one.part as number, form: formOf(one.form), filed: null }))
  return matters.length ? { matters: matters.sort((a, b) => a.part - b.part) } : null
}

/** Only known fields, and only of the kind they should be: a draft may come from an older page. */
function formOf(raw: unknown): Form {
  const form = blank()
  if (!isObject(raw)) return form
  for (const name of Object.keys(form) as (keyof Form)[]) {
    const value = raw[name]
    const fits = name === 'code' ? value === null || (isObject(value) && typeof value.code === 'string')
      : name === 'related' ? Array.isArray(value) && value.every((one) => typeof one === 'string')
        : typeof value === typeof form[name]
    if (fits) Object.assign(form, { [name]: value })
  }
  return form
}

/**
 * Three ways: what both began with, what stands here, what came from elsewhere. A field changed
 * on one side only takes that side's value; changed on both, mine wins, for it is before the agent's eyes.
 */
export function merged(base: Draft, mine: Draft, theirs: Draft): Draft {
  const parts = [...new Set([...mine.matters, ...theirs.matters].map((one) => one.part))].sort((a, b) => a - b)
  const matters = parts.map((part): Matter => {
    const [was, here, there] = [base, mine, theirs].map((draft) => draft.matters.find((one) => one.part === part))
    if (!here || !there) return (here ?? there)!
    if (here.filed) return here
    return { part, filed: null, form: mergedForm(was?.form ?? blank(), here.form, there.form) }
  })
  return { matters }
}

function mergedForm(was: Form, mine: Form, theirs: Form): Form {
  const form = { ...mine }
  for (const name of Object.keys(form) as (keyof Form)[]) {
    if (same(mine[name], was[name])) Object.assign(form, { [name]: theirs[name] })
  }
  // The title and whether it was typed belong together.
  if (!same(form.title, mine.title) || form.title_typed !== mine.title_typed) {
    const from = mine.title_typed ? mine : theirs
    form.title = from.title
    form.title_typed = from.title_typed
  }
  return form
}

/**
 * The call's tickets as the server has them, by part. A matter that was filed but whose page did not hear it
 * becomes its receipt; one that was typed anew under a number that is taken moves to a free number.
 */
export function withTickets(draft: Draft, filed: Map<number, { receipt: Receipt; content: string }>): Draft {
  const matters: Matter[] = [...filed].map(([part, { receipt }]) => ({ part, form: blank(), filed: receipt }))
  for (const one of draft.matters) {
    const ticket = filed.get(one.part)
    if (!ticket) matters.push(one)
    else if (!one.filed && one.form.content.trim() && one.form.content.trim() !== ticket.content.trim()) {
      const part = freePart([...draft.matters, ...matters])
      if (part) matters.push({ ...one, part })
    }
  }
  return { matters: matters.sort((a, b) => a.part - b.part) }
}

/** The number of the next matter; 0: a call has room for no more. */
export function freePart(matters: Matter[]): number {
  const next = Math.max(0, ...matters.map((one) => one.part)) + 1
  return next <= MOST_PARTS ? next : 0
}

/** The number for the next saving: beyond everything known, so that the server takes it. */
export function nextVersion(...known: number[]): number {
  return Math.max(0, ...known) + 1
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export function bytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
