// The editor of each call: its draft, how the saving goes, what the server said. One a call for as long as
// the page lives, so that the form, the screen pop and the lists speak of the same thing and leaving a
// panel loses nothing. The form and the pop show it; only this file asks the server.
import { computed, effectScope, onScopeDispose, reactive, watch, type EffectScope } from 'vue'
import { api, failure, Refused, send } from '../../restClient'
import type { components } from '../../contract'
import { session } from '../../session'
import { on } from '../../stream/stream'
import { freePart, fresh, withTickets, type Draft, type Matter, type Receipt } from './draft'
import { another, prefilled, toTicket, type Call, type Party } from './form'
import { DraftSaver, type Says } from './saver'
import { sorted, type Fault, type Problem } from './problems'
import { remains } from './unsavedDrafts'

type Shapes = components['schemas']
type Ticket = Shapes['TicketOut']
export type Outcome = 'direct' | 'refused' | 'nuisance'

export interface TicketEditor {
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
  /** of a refusal: which reason of the list; '' not known here */
  code: string
  /** another ticket has this part's number */
  taken: boolean
  /** the server is away: the ticket goes as soon as it is back, by itself */
  queued: boolean
}

export interface EditorActions {
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
  editor: TicketEditor
  actions: EditorActions
  scope: EffectScope
  used: number
}

const MOST_OPEN = 8
const POLLS = [400, 600, 1000, 2000, 3000, 5000]
/** The call may not be known to be mine yet (403, 404), the session may come back (401) or be unlocked (423). */
const AGAIN = new Set([0, 401, 403, 404, 423, 429])
const editors = new Map<string, Open>()
let uses = 0

const path = (call: string, rest: string) => `/api/calls/${encodeURIComponent(call)}${rest}`

/** The editor of this call, and what can be done with it. */
export function editorOf(call: Call, party?: Party | null): { editor: TicketEditor; actions: EditorActions } {
  const known = editors.get(call.call)
  if (known) {
    known.used = ++uses
    if (!known.editor.outcome) Object.assign(known.editor, { outcome: spoken(call.outcome), code: codeOf(call) })
    return known
  }
  forget()
  const scope = effectScope(true)
  const made = scope.run(() => begin(call, party))!
  editors.set(call.call, { ...made, scope, used: ++uses })
  return made
}

const spoken = (outcome: string) => (['direct', 'refused', 'nuisance'].includes(outcome) ? outcome : '')
const codeOf = (call: Call) => (call.outcome === 'refused' ? call.reason : '')

function begin(call: Call, party?: Party | null): { editor: TicketEditor; actions: EditorActions } {
  const editor = reactive<TicketEditor>({
    call: call.call, draft: fresh(prefilled(call, party)), part: 1, says: { saving: 'loading', at: 0, trouble: '' },
    faults: {}, trouble: [], goto: { field: '', turn: 0 }, busy: '', outcome: spoken(call.outcome), code: codeOf(call), taken: false, queued: false,
  })
  const matter = computed(() => editor.draft.matters.find((one) => one.part === editor.part) ?? editor.draft.matters[0])
  const saver = new DraftSaver(() => editor.draft, (draft) => (editor.draft = draft), editor.says, server(call.call), remains(localStorage, session.me?.account ?? '', call.call))
  watch(() => editor.draft, () => saver.touched(), { deep: true })
  onScopeDispose(() => saver.close())
  const shown = () => {
    if (!editor.draft.matters.some((one) => one.part === editor.part)) editor.part = editor.draft.matters[0]?.part ?? 1
  }

  async function restore(): Promise<void> {
    await saver.load()
    await tickets()
  }

  /** What was filed for this call already, by any page. */
  async function tickets(): Promise<void> {
    try {
      const filed = await api<Ticket[]>(path(call.call, '/tickets'))
      if (!filed.length) return
      editor.draft = withTickets(editor.draft, new Map(filed.map((one) => [partOf(one), { receipt: receipt(one), content: String(one.ticket.content ?? '') }])))
      shown()
      for (const one of filed) follow(editor, one.id)
      saver.touched()
    } catch {
      // the list comes with the next opening; filing the same twice gives the first one back
    }
  }

  function blame(error: unknown): void {
    const refused = error instanceof Refused ? error : null
    const found = sorted((refused?.problems ?? []) as Problem[])
    editor.faults = found.at
    editor.trouble = found.rest.length || found.first ? found.rest : [failure(error)]
    editor.taken = refused?.word === 'already_filed'
    if (editor.taken) editor.trouble = [refused!.message]
    editor.goto = { field: found.first, turn: editor.goto.turn + 1 }
  }

  async function act(busy: TicketEditor['busy'], action: () => Promise<void>): Promise<void> {
    if (editor.busy) return
    Object.assign(editor, { busy, faults: {}, trouble: [], taken: false })
    try {
      await action()
    } catch (error) {
      blame(error)
    } finally {
      editor.busy = ''
    }
  }

  const actions: EditorActions = {
    file: () => act('file', async () => {
      const one = matter.value
      if (!one || one.filed) return
      // filing the same again gives the first one back: it is asked until somebody has answered
      const ticket = await whenThere(editor, () => send<Ticket>('POST', path(call.call, `/tickets?part=${one.part}`), toTicket(one.form)))
      one.filed = receipt(ticket)
      editor.outcome = ''
      saver.dropped()
      follow(editor, ticket.id)
    }),
    dispose: (outcome, code = '') => act(outcome, async () => {
      const form = matter.value?.form
      const knowledge = form ? (toTicket(form).knowledge ?? []) : []
      const note = form ? [...form.content.trim()].slice(0, 1000).join('') : ''
      const done = await send<Shapes['DisposedOut']>('POST', path(call.call, '/disposition'), { outcome, code, note, knowledge })
      Object.assign(editor, { outcome: done.outcome, code })
    }),
    another() {
      const part = freePart(editor.draft.matters)
      const last = editor.draft.matters.at(-1)
      if (!part || !last) return
      editor.draft.matters.push({ part, form: last.filed && !last.form.phones ? prefilled(call, party) : another(last.form), filed: null })
      Object.assign(editor, { part, faults: {}, trouble: [], taken: false })
    },
    discard() {
      const here = editor.part
      if (editor.draft.matters.length < 2 || matter.value?.filed) return
      editor.draft.matters = editor.draft.matters.filter((one) => one.part !== here)
      Object.assign(editor, { part: editor.draft.matters[0]!.part, faults: {}, trouble: [], taken: false })
    },
    renumber() {
      const one = matter.value
      const part = freePart(editor.draft.matters)
      if (!one || one.filed || !part) return
      one.part = part
      Object.assign(editor, { part, taken: false, trouble: [] })
      void tickets().then(() => actions.file())
    },
    flush: (leaving = false) => saver.flush(leaving),
    touched: () => saver.touched(),
  }
  void restore()
  return { editor, actions }
}

const AGAIN_MS = 3_000
/** Ask, and ask again while the server is away; `queued` says so. Stops with the editor. */
async function whenThere<T>(editor: TicketEditor, ask: () => Promise<T>): Promise<T> {
  try {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof Refused) || !error.away || !editors.has(editor.call)) throw error
        editor.queued = true
        await new Promise((next) => setTimeout(next, AGAIN_MS))
      }
    }
  } finally {
    editor.queued = false
  }
}

/** Ask until the case store has answered: the stream says it too, but may have been away just then. */
function follow(editor: TicketEditor, id: string, turn = 0): void {
  const open = () => editor.draft.matters.find((one): one is Matter & { filed: Receipt } => one.filed?.id === id)
  if (open()?.filed.state !== 'waiting') return
  setTimeout(() => {
    if (open()?.filed.state !== 'waiting' || !editors.has(editor.call)) return
    api<Ticket>(`/api/tickets/${id}`)
      .then((ticket) => {
        const here = open()
        if (here) here.filed = receipt(ticket)
      })
      .catch(() => undefined)
      .finally(() => follow(editor, id, turn + 1))
  }, POLLS[Math.min(turn, POLLS.length - 1)])
}

on('ticket', (moved) => {
  for (const { editor } of editors.values())
    for (const one of editor.draft.matters)
      if (one.filed?.id === moved.id) {
        const { state, case_number, query_code, error } = moved
        one.filed = { ...one.filed, state, case_number, query_code, error }
      }
})

/** Another person at this page starts with no editor of the one before; what that one left in the browser `session.ts` drops. */
let whose = ''
watch(() => session.me?.account, (account) => {
  if (!account) return
  if (whose && account !== whose) {
    for (const { scope } of editors.values()) scope.stop()
    editors.clear()
  }
  whose = account
}, { immediate: true })

/** Whoever signs out takes everything along. */
watch(() => session.ended, (why) => {
  if (why !== 'signed_out') return
  for (const { scope } of editors.values()) scope.stop()
  editors.clear()
})

export function receipt(ticket: Ticket): Receipt {
  const { id, state, case_number, query_code, error } = ticket
  return { id, state, case_number, query_code, error, title: String(ticket.ticket.title ?? ''), promise: ticket.promise }
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

/** Something was typed for this call that is neither filed nor settled by another outcome. */
export function written(call: string): boolean {
  const editor = editors.get(call)?.editor
  if (!editor || editor.outcome) return false
  return editor.draft.matters.some(({ form, filed }) => !filed && Boolean(form.content.trim() || form.address.trim() || form.kind || form.code || form.title_typed))
}

/** It has neither a ticket nor another outcome yet. */
export function owed(call: string): boolean {
  const editor = editors.get(call)?.editor
  return Boolean(editor && !editor.outcome && !editor.draft.matters.some((one) => one.filed))
}

/** This call is not ours any more: nothing of it is kept or sent from here. */
export function close(call: string): void {
  editors.get(call)?.scope.stop()
  editors.delete(call)
}

/** Sheets nobody looks at any more, and that want nothing: a tab stays by what its editor tells. */
function forget(): void {
  const idle = [...editors].filter(([call, { editor }]) => editor.says.saving === 'saved' && !written(call) && !owed(call)).sort(([, a], [, b]) => a.used - b.used)
  for (const [call, { scope }] of idle.slice(0, Math.max(0, editors.size - MOST_OPEN + 1))) {
    scope.stop()
    editors.delete(call)
  }
}

/** Anything typed that is not on the server. */
export function unsaved(): boolean {
  return [...editors.values()].some(({ editor }) => editor.says.saving === 'away' || editor.says.saving === 'refused')
}

function leaving(): void {
  for (const { actions } of editors.values()) actions.flush(true)
}
window.addEventListener('pagehide', leaving)
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') for (const { actions } of editors.values()) actions.flush()
})
window.addEventListener('beforeunload', (event) => {
  if (unsaved()) event.preventDefault()
})
window.addEventListener('online', () => {
  for (const { actions } of editors.values()) actions.flush()
})
