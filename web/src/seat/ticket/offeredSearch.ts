// Texts that are called up while somebody speaks (templates, knowledge cards): asked for as one types, moved through by keys.
import { nextTick, onBeforeUnmount, ref } from 'vue'
import { api, inHeader } from '../../restClient'
import type { Code } from './form'

/** Asked once nobody has typed for so long. */
const QUIET_MS = 120

/** `list`: id of the list's element; its rows are `list-0`, `list-1` … `take`: what becomes of the one that is chosen. */
export function useOfferedSearch<T>(path: string, code: () => Code | null, list: string, take: (one: T) => void) {
  const text = ref('')
  const found = ref<T[]>([])
  const at = ref(0)
  const failed = ref(false)
  let turn = 0
  let timer = 0
  /** What stands in the list is not yet what was typed; and the Enter key was pressed meanwhile. */
  let behind = false
  let entered = false

  function look() {
    window.clearTimeout(timer)
    at.value = 0
    behind = true
    entered = false
    turn += 1
    const mine = turn
    timer = window.setTimeout(() => void search(mine), text.value ? QUIET_MS : 0)
  }
  async function search(mine: number) {
    const chosen = code()
    const of = chosen ? { scheme: chosen.scheme, code_kind: chosen.kind, code: chosen.code } : {}
    try {
      const rows = await api<T[]>(path, of, inHeader('X-Hotline-Search', text.value.trim().slice(0, 40)))
      if (mine !== turn) return
      found.value = rows as typeof found.value
      failed.value = false
      behind = false
      if (entered && rows[0]) take(rows[0])
    } catch {
      if (mine === turn) failed.value = true
    } finally {
      if (mine === turn) entered = false
    }
  }
  function move(by: number) {
    const many = found.value.length
    if (many) at.value = (at.value + by + many) % many
    void nextTick(() => document.getElementById(`${list}-${at.value}`)?.scrollIntoView({ block: 'nearest' }))
  }
  /** The Enter key: the row under the eye; where it is quicker than the answer, the first one of that. */
  function enter(event: KeyboardEvent) {
    if (event.isComposing || event.ctrlKey) return
    event.preventDefault()
    if (behind) entered = true
    else if (found.value[at.value]) take(found.value[at.value] as T)
  }
  onBeforeUnmount(() => window.clearTimeout(timer))
  return { text, found, at, failed, look, move, enter }
}
