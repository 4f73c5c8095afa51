// Asking the case store: shapes of what it tells, one place for headers and errors. Nothing of it is the daemon's.

export interface Me { account: string; name: string; role: Role; unit: string; must_change: boolean }
export type Role = 'accepter' | 'dispatcher' | 'unit_office' | 'unit_worker' | 'checker' | 'judge'
export interface Task { id: number; kind: string; word: string; role: string; due_at: string | null; reason: string; open: boolean; result: string; opinion: string }
export interface Work {
  number: string; title: string; kind: string; state: string; state_word: string; step: string; turn: number; unit: string; worker: string
  due_at: string | null; due_provisional: boolean; urgency: string; accepted_at: string; urged: number; returns: number; reworks: number; plus_ones: number; tasks: Task[]
}
export interface WorkList { items: Work[]; after: string }
export interface Limit { value: number; unit: string }
export interface Done { turn: number; at: string; state_word: string; command_word: string; role: string; by: string; unit: string; note: string }
export interface Photo { sha256: string; size: number; at: string; by: string }
export interface MayDo { command: string; needs: string[] }
export interface CaseView extends Work {
  content: string; address: string; area: string; code: string; condition: string; urgency: string; limit: Limit | null
  units_helping: string[]; reopened: number; closing_condition: string; reply: string; satisfied: number | null; score: number | null
  commands: MayDo[]; history: Done[]; photos: Photo[]
}
export interface UnitHint { unit: string; reason: string; confidence: 'ruled' | 'high' | 'middle' | 'low' }
export interface Worker { account: string; name: string }

/** The case store, or the edge before it, said no. `status` 0: nobody answered. */
export class Refused extends Error {
  readonly status: number
  readonly word: string
  readonly fields: readonly { field: string; message: string }[]
  constructor(message: string, status = 0, word = '', fields: Refused['fields'] = []) {
    super(message)
    this.status = status
    this.word = word
    this.fields = fields
  }
  /** It may work in a moment. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

const BASE = '/cases/api'
let language = 'zh'
let nobody = 'the server does not answer'
let signedOut: () => void = () => undefined

export function setUp(spoken: string, sentence: string, out: () => void): void {
  language = spoken
  nobody = sentence
  signedOut = out
}

export async function ask<T>(method: string, path: string, body?: unknown, patience = 20_000): Promise<T> {
  const json = body === undefined ? undefined : JSON.stringify(body)
  return reach<T>(method, path, json, json === undefined ? {} : { 'Content-Type': 'application/json' }, patience)
}

/** A photo as bytes: slowly, if the line is bad. Gives what the server keeps it under. */
export async function sendPhoto(number: string, photo: Blob, sha256: string): Promise<Photo> {
  return reach<Photo>('PUT', `/cases/${number}/photos`, photo, { 'Content-Type': photo.type, 'X-Sha256': sha256 }, 180_000)
}

export const photoAddress = (number: string, sha256: string): string => `${BASE}/cases/${number}/photos/${sha256}`

async function reach<T>(method: string, path: string, body: BodyInit | undefined, more: Record<string, string>, patience: number): Promise<T> {
  const giveUp = new AbortController()
  const timer = window.setTimeout(() => giveUp.abort(), patience)
  const headers = { 'X-Hotline': '1', 'Accept-Language': language, ...more }
  let reply: Response
  let text: string
  try {
    reply = await fetch(BASE + path, { method, headers, body, credentials: 'same-origin', signal: giveUp.signal })
    text = await reply.text()
  } catch {
    throw new Refused(nobody)
  } finally {
    window.clearTimeout(timer)
  }
  const told = parsed(text)
  if (reply.ok) return told as T
  const said = (told ?? {}) as { message?: string; error?: string; fields?: Refused['fields'] }
  if (reply.status === 401 && path !== '/session') signedOut()
  throw new Refused(said.message ?? (reply.status >= 502 ? nobody : `${reply.status}`), reply.status, said.error, said.fields)
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined
  } catch {
    return undefined // the edge's own page
  }
}
