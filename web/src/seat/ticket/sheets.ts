// The sheet of each call: its draft, how the saving goes, what the server said. One a call for as long as
// the page lives, so that the form, the screen pop and the lists speak of the same thing and leaving a
// panel loses nothing. The form and the pop show it; only this file asks the server.
import { computed, effectScope, reactive, watch, type EffectScope } from 'vue'
import { api, failure, Refused, send } from '../../asking'
import type { components } from '../../contract'
import { session } from '../../session'
import { on } from '../../stream/stream'
import { freePart, fresh, withTickets, type Draft, type Matter, type Receipt } from './draft'
import { another, prefilled, toTicket, type Call, type Party } from './form'
import { Keeper, type Says } from './keeper'
import { sorted, type Fault, type Problem } from './problems'

type Shapes = components['schemas']
type Ticket = Shapes['TicketOut']
export type Outcome = 'direct' | 'refused' | 'nuisance'

export interface Sheet {
  readonly call: string
  draft: Draft
  /** the matter on the screen */
  part: number
  says: Says
  faults: Record<string, Fault>
  /** faults of no field, a refusal, a server that is away */
  trouble: string[]
  /** the field to go to; set with each refusal */
  goto: { field: string; turn: number }
  busy: '' | 'file' | Outcome
  /** the outcome the call has without a ticket */
  outcome: string
  /** another ticket has this part's number */
  taken: boolean
}

export interface Deeds {
  file(): Promise<void>
  dispose(outcome: Outcome, code?: string): Promise<void>
  another(): void
  discard(): void
  /** file what is on the screen under the next number */
  renumber(): void
  flush(leaving?: boolean): void
  touched(): void
}

interface Open {
  sheet: Sheet
  deeds: Deeds
  scope: EffectScope
  used: number
}

const KEPT = 'hotline.draft.'
const KEPT_DAYS = 14
const MOST_OPEN = 8
const POLLS = [400, 600, 1000, 2000, 3000, 5000]
/** The call may not be known to be mine yet (403, 404), the session may come back (401) or be unlocked (423). */
const AGAIN = new Set([0, 401, 403, 404, 423, 429])
const sheets = new Map<string, Open>()
let uses = 0

const path = (call: string, rest: string) => `/api/calls/${encodeURIComponent(call)}${rest}`

/** The sheet of this call, and what can be done with it. */
export function sheetOf(call: Call, party?: Party | null): { sheet: Sheet; deeds: Deeds } {
  const known = sheets.get(call.call)
  if (known) {
    known.used = ++uses
    if (!known.sheet.outcome) known.sheet.outcome = spoken(call.outcome)
    return known
  }
  forget()
  const scope = effectScope(true)
  const made = scope.run(() => begin(call, party))!
  sheets.set(call.call, { ...made, scope, used: ++uses })
  return made
}

const spoken = (outcome: string) => (['direct', 'refused', 'nuisance'].includes(outcome) ? outcome : '')

function begin(call: Call, party?: Party | null): { sheet: Sheet; deeds: Deeds } {
  const sheet = reactive<Sheet>({
    call: call.call, draft: fresh(prefilled(call, party)), part: 1, says: { saving: 'loading', at: 0, trouble: '' },
    faults: {}, trouble: [], goto: { field: '', turn: 0 }, busy: '', outcome: spoken(call.outcome), taken: false,
  })
  const matter = computed(() => sheet.draft.matters.find((one) => one.part === sheet.part) ?? sheet.draft.matters[0])
  const keeper = new Keeper(() => sheet.draft, (draft) => (sheet.draft = draft), sheet.says, server(call.call), shelf(call.call))
  watch(() => sheet.draft, () => keeper.touched(), { deep: true })
  const shown = () => {
    if (!sheet.draft.matters.some((one) => one.part === sheet.part)) sheet.part = sheet.draft.matters[0]?.part ?? 1
  }

  async function restore(): Promise<void> {
    await keeper.load()
    await tickets()
  }

  /** What was filed for this call already, by any page. */
  async function tickets(): Promise<void> {
    try {
      const filed = await api<Ticket[]>(path(call.call, '/tickets'))
      if (!filed.length) return
      sheet.draft = withTickets(sheet.draft, new Map(filed.map((one) => [partOf(one), { receipt: receipt(one), content: String(one.ticket.content ?? '') }])))
      shown()
      for (const one of filed) follow(sheet, one.id)
      keeper.touched()
    } catch {
      // the list comes with the next opening; filing the same twice gives the first one back
    }
  }

  function blame(error: unknown): void {
    const refused = error instanceof Refused ? error : null
    const found = sorted((refused?.problems ?? []) as Problem[])
    sheet.faults = found.at
    sheet.trouble = found.rest.length || found.first ? found.rest : [failure(error)]
    sheet.taken = refused?.word === 'already_filed'
    if (sheet.taken) sheet.trouble = [refused!.message]
    sheet.goto = { field: found.first, turn: sheet.goto.turn + 1 }
  }

  async function act(busy: Sheet['busy'], deed: () => Promise<void>): Promise<void> {
    if (sheet.busy) return
    Object.assign(sheet, { busy, faults: {}, trouble: [], taken: false })
    try {
      await deed()
    } catch (error) {
      blame(error)
    } finally {
      sheet.busy = ''
    }
  }

  const deeds: Deeds = {
    file: () => act('file', async () => {
      const one = matter.value
      if (!one || one.filed) return
      const ticket = await send<Ticket>('POST', path(call.call, `/tickets?part=${one.part}`), toTicket(one.form))
      one.filed = receipt(ticket)
      sheet.outcome = ''
      keeper.dropped()
      follow(sheet, ticket.id)
    }),
    dispose: (outcome, code = '') => act(outcome, async () => {
      const form = matter.value?.form
      const knowledge = form ? (toTicket(form).knowledge ?? []) : []
      const note = form ? [...form.content.trim()].slice(0, 1000).join('') : ''
      const done = await send<Shapes['DisposedOut']>('POST', path(call.call, '/disposition'), { outcome, code, note, knowledge })
      sheet.outcome = done.outcome
    }),
    another() {
      const part = freePart(sheet.draft.matters)
      const last = sheet.draft.matters.at(-1)
      if (!part || !last) return
      sheet.draft.matters.push({ part, form: last.filed && !last.form.phones ? prefilled(call, party) : another(last.form), filed: null })
      Object.assign(sheet, { part, faults: {}, trouble: [], taken: false })
    },
    discard() {
      const here = sheet.part
      if (sheet.draft.matters.length < 2 || matter.value?.filed) return
      sheet.draft.matters = sheet.draft.matters.filter((one) => one.part !== here)
      Object.assign(sheet, { part: sheet.draft.matters[0]!.part, faults: {}, trouble: [], taken: false })
    },
    renumber() {
      const one = matter.value
      const part = freePart(sheet.draft.matters)
      if (!one || one.filed || !part) return
      one.part = part
      Object.assign(sheet, { part, taken: false, trouble: [] })
      void tickets().then(() => deeds.file())
    },
    flush: (leaving = false) => keeper.flush(leaving),
    touched: () => keeper.touched(),
  }
  void restore()
  return { sheet, deeds }
}

/** Ask until the case store has answered: the stream says it too, but may have been away just then. */
function follow(sheet: Sheet, id: string, turn = 0): void {
  const open = () => sheet.draft.matters.find((one): one is Matter & { filed: Receipt } => one.filed?.id === id)
  if (open()?.filed.state !== 'waiting') return
  setTimeout(() => {
    if (open()?.filed.state !== 'waiting' || !sheets.has(sheet.call)) return
    api<Ticket>(`/api/tickets/${id}`)
      .then((ticket) => {
        const here = open()
        if (here) here.filed = receipt(ticket)
      })
      .catch(() => undefined)
      .finally(() => follow(sheet, id, turn + 1))
  }, POLLS[Math.min(turn, POLLS.length - 1)])
}

on('ticket', (moved) => {
  for (const { sheet } of sheets.values())
    for (const one of sheet.draft.matters)
      if (one.filed?.id === moved.id) {
        const { state, case_number, query_code, error } = moved
        one.filed = { ...one.filed, state, case_number, query_code, error }
      }
})

/** Another person at this page starts with no sheet of the one before. */
let whose = ''
watch(() => session.me?.account, (account) => {
  if (!account) return
  if (whose && account !== whose) {
    for (const { scope } of sheets.values()) scope.stop()
    sheets.clear()
  }
  whose = account
}, { immediate: true })

export function receipt(ticket: Ticket): Receipt {
  const { id, state, case_number, query_code, error } = ticket
  return { id, state, case_number, query_code, error, title: String(ticket.ticket.title ?? '') }
}

/** 'CALL/2' → 2. */
function partOf(ticket: Ticket): number {
  const part = Number(String(ticket.ticket.key ?? '').split('/').at(-1))
  return Number.isInteger(part) && part > 0 ? part : 1
}

function server(call: string) {
  return {
    async get() {
      try {
        const draft = await api<Shapes['DraftOut']>(path(call, '/draft'))
        return draft.version ? draft : null
      } catch (error) {
        throw trouble(error)
      }
    },
    async put(version: number, fields: unknown, leaving: boolean) {
      try {
        return await send<Shapes['DraftOut']>('PUT', path(call, '/draft'), { version, fields }, leaving)
      } catch (error) {
        throw trouble(error)
      }
    },
  }
}

function trouble(error: unknown): { status: number; passing: boolean; message: string } {
  const status = error instanceof Refused ? error.status : 0
  return { status, passing: AGAIN.has(status) || status >= 500, message: failure(error) }
}

function shelf(call: string) {
  const key = KEPT + call
  return {
    read: () => localStorage.getItem(key),
    write(text: string) {
      try {
        localStorage.setItem(key, text)
      } catch {
        // full or forbidden: the server's copy is the one that counts
      }
    },
    drop: () => localStorage.removeItem(key),
  }
}

/** Old remains of drafts the server never took, and sheets nobody looks at any more. */
function forget(): void {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(KEPT))) {
    const at = Number(/"at":(\d+)/.exec(localStorage.getItem(key) ?? '')?.[1] ?? 0)
    if (at < oldest) localStorage.removeItem(key)
  }
  const idle = [...sheets].filter(([, { sheet }]) => sheet.says.saving === 'saved').sort(([, a], [, b]) => a.used - b.used)
  for (const [call, { scope }] of idle.slice(0, Math.max(0, sheets.size - MOST_OPEN + 1))) {
    scope.stop()
    sheets.delete(call)
  }
}

/** Anything typed that is not on the server. */
export function unsaved(): boolean {
  return [...sheets.values()].some(({ sheet }) => sheet.says.saving === 'away' || sheet.says.saving === 'refused')
}

function leaving(): void {
  for (const { deeds } of sheets.values()) deeds.flush(true)
}
window.addEventListener('pagehide', leaving)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') for (const { deeds } of sheets.values()) deeds.flush()
})
window.addEventListener('beforeunload', (event) => {
  if (unsaved()) event.preventDefault()
})
window.addEventListener('online', () => {
  for (const { deeds } of sheets.values()) deeds.flush()
})
