// Asking the daemon in the few places where an answer is not in the stream. Throws a sentence for a person.
export class Refused extends Error {}

export function failure(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export async function api<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
  const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const asked = new URLSearchParams(words.map(([name, value]) => [name, String(value)]))
  return answer<T>(await fetch(words.length ? `${path}?${asked}` : path, { credentials: 'same-origin' }))
}

export async function send<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'X-Hotline': '1' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  return answer<T>(await fetch(path, { method, headers, credentials: 'same-origin', body: body === undefined ? undefined : JSON.stringify(body) }))
}

async function answer<T>(reply: Response): Promise<T> {
  const text = await reply.text()
  const told = text ? JSON.parse(text) : undefined
  if (!reply.ok) throw new Refused(told?.message ?? `${reply.status}`)
  return told as T
}
