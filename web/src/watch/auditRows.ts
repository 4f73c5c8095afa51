// What stands beside an audit row, for people: pairs of a name and a text. Pure.

/** `{"seat":"8001"}` → [["seat", "8001"]]; a text that is no object stays whole; empty values and ids of sessions go. */
export function parted(detail: string): [string, string][] {
  if (!detail || detail === '{}') return []
  let read: unknown
  try {
    read = JSON.parse(detail)
  } catch {
    return [['', detail]]
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return [['', detail]]
  return Object.entries(read as Record<string, unknown>)
    .filter(([name, value]) => value !== '' && value !== null && name !== 'session')
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
}
