// Which incoming SIP call is our own doing, and so is answered without being asked. Pure.
//
// Dialling, calling a seat and listening in ring the own phone first: whoever asked for it wants no
// ringing. The caller's number on that leg is the number that was dialled (0 when listening in), so
// that a citizen who comes in at the same moment is not taken for it. Taking over brings the
// citizen's own number: then the next call is the one.

export interface Expected {
  /** '' any */
  from: string
  until: number
}

const PATIENCE_MS = 20_000
const WATCH_NUMBER = '0'

/** What a request to the daemon will make the own phone do; undefined: nothing. */
export function expectedOf(path: string, body: unknown, seat: string, now: number): Expected | undefined {
  if (!seat) return undefined
  const told = (body ?? {}) as { number?: unknown; to?: unknown }
  const until = now + PATIENCE_MS
  if (path === `/api/seats/${seat}/dial`) return { from: String(told.number), until }
  if (/^\/api\/callbacks\/[^/]+\/dial$/.test(path)) return { from: String(told.number), until }
  if (path === `/api/seats/${seat}/call`) return { from: String(told.to), until }
  if (/^\/api\/seats\/\d+\/watch$/.test(path) && body) return { from: WATCH_NUMBER, until }
  if (/^\/api\/seats\/\d+\/take-over$/.test(path)) return { from: '', until }
  return undefined
}

export function isExpected(expected: Expected | undefined, from: string, now: number): boolean {
  return expected !== undefined && now < expected.until && (expected.from === '' || expected.from === from)
}
