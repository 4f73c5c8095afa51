// Asking the daemon by REST: one place for headers, errors and what a lost session means. Throws `Refused`.

/** The daemon, or the edge before it, said no. `message` is a sentence for a person. */
export class Refused extends Error {
  /** HTTP status; 0: nobody answered */
  readonly status: number
  /** the field at fault, if there is one */
  readonly field: string
  /** a short stable word: invalid, not_found, locked … */
  readonly word: string
  readonly problems: readonly { field: string; message: string }[]

  constructor(message: string, status = 0, field = '', word = '', problems: Refused['problems'] = []) {
    super(message)
    this.status = status
    this.field = field
    this.word = word
    this.problems = problems
  }

  /** Nobody there, or the edge could not reach the daemon: it may work in a moment. */
  get away(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

export function failure(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

type Ear = (refused: Refused, path: string) => void
const ears = new Set<Ear>()
/** Be told of every refusal (the session's end is noticed by it). */
export function onRefusal(ear: Ear): () => void {
  ears.add(ear)
  return () => ears.delete(ear)
}

const asked = new Set<(path: string, body: unknown) => void>()
/** Be told of every request that changes something, as it goes out. */
export function onSend(ear: (path: string, body: unknown) => void): () => void {
  asked.add(ear)
  return () => asked.delete(ear)
}

let language = (): string => ''
/** What the page is read in: the daemon's sentences come in it. */
export function speaks(which: () => string): void {
  language = which
}

let nobody = (): string => 'the server does not answer'
/** The sentence for a server that does not answer, from the catalogue. */
export function sayNobody(sentence: () => string): void {
  nobody = sentence
}

export async function api<T>(path: string, query: Record<string, string | number | boolean | undefined> = {}, headers: Record<string, string> = {}): Promise<T> {
  return call<T>(withQuery(path, query), { headers })
}

let prove = (): Promise<boolean> => Promise.resolve(false)
/** Who asks this page's person for the password again when the daemon wants it (428); true: it has it, the request is sent again. */
export function onProof(ask: () => Promise<boolean>): void {
  prove = ask
}

/** What a person typed, as a header: a URL stands in logs. */
export function inHeader(header: 'X-Hotline-Search' | 'X-Hotline-Number' | 'X-Hotline-Reason', words: string): Record<string, string> {
  return words ? { [header]: encodeURIComponent(words) } : {}
}

/** `keepalive`: it goes out although the page is being left; `patience`: milliseconds until nobody answered. */
export async function send<T>(method: string, path: string, body?: unknown, keepalive = false, patience = 15_000, more: Record<string, string> = {}): Promise<T> {
  try {
    return await sendOnce<T>(method, path, body, keepalive, patience, more)
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 428 || !(await prove())) throw error
    return await sendOnce<T>(method, path, body, keepalive, patience, more)
  }
}

/** A deed that is done once however often it is sent: `key` names it, the same again is answered as the first time. */
export async function sendOnceOnly<T>(path: string, body: unknown, key: string): Promise<T> {
  return send<T>('POST', path, body, false, 15_000, { 'Idempotency-Key': key })
}

/** A file as it is, under the name it has on this machine. */
export async function upload<T>(path: string, file: File): Promise<T> {
  const headers = { 'X-Hotline': '1', 'Content-Type': 'application/octet-stream', 'X-Hotline-File': encodeURIComponent(file.name) }
  return call<T>(path, { method: 'POST', headers, body: file })
}

async function sendOnce<T>(method: string, path: string, body: unknown, keepalive: boolean, patience: number, more: Record<string, string>): Promise<T> {
  const headers: Record<string, string> = { 'X-Hotline': '1', ...more }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  for (const ear of asked) ear(path, body)
  const giveUp = new AbortController() // AbortSignal.timeout is younger than the browsers of many offices
  const timer = window.setTimeout(() => giveUp.abort(), patience)
  try {
    const { signal } = giveUp
    return await call<T>(path, { method, headers, keepalive, signal, body: body === undefined ? undefined : JSON.stringify(body) })
  } finally {
    window.clearTimeout(timer)
  }
}

async function call<T>(path: string, how: RequestInit): Promise<T> {
  const reply = await reach(path, how)
  const told = toldBy(await reply.text().catch(() => ''))
  if (reply.ok) return told as T
  throw refusal(reply, told, path)
}

async function reach(path: string, how: RequestInit): Promise<Response> {
  const headers = { ...(how.headers as Record<string, string>), ...(language() ? { 'Accept-Language': language() } : {}) }
  try {
    return await fetch(path, { ...how, headers, credentials: 'same-origin' })
  } catch {
    throw heard(new Refused(nobody()), path)
  }
}

/** What a list is taken as: a text for any program, or a workbook. */
export type FileForm = 'csv' | 'xlsx'

/** A list as a file: asked for like anything else (a number stays in its header), then handed to the person. */
export async function download(path: string, name: string, query: Record<string, string | number | boolean | undefined> = {}, headers: Record<string, string> = {}): Promise<void> {
  const address = withQuery(path, query)
  const reply = await reach(address, { headers })
  if (!reply.ok) throw refusal(reply, toldBy(await reply.text().catch(() => '')), address)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await reply.blob())
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function withQuery(path: string, query: Record<string, string | number | boolean | undefined>): string {
  const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const wanted = new URLSearchParams(words.map(([name, value]) => [name, String(value)]))
  return words.length ? `${path}?${wanted}` : path
}

function refusal(reply: Response, told: unknown, path: string): Refused {
  const said = (told ?? {}) as { message?: string; field?: string; error?: string; problems?: { field: string; message: string }[] }
  const silent = reply.status >= 502 && reply.status <= 504 && !said.message
  return heard(new Refused(silent ? nobody() : (said.message ?? `${reply.status}`), reply.status, said.field, said.error, said.problems), path)
}

function heard(refused: Refused, path: string): Refused {
  for (const ear of ears) ear(refused, path)
  return refused
}

function toldBy(text: string): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the edge's own page, not the daemon's word
  }
}
