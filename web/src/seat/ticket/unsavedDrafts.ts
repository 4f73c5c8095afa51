// What a form leaves in the browser's own store until the server has taken it: by person and call, so that it is nobody
// else's, gone when that person signs out or another signs in, and after two weeks. Pure but for the store it is given.

const KEPT = 'hotline.draft.'
const KEPT_DAYS = 14
type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** The browser's own store for this person's draft of this call. */
export function remains(store: Store, account: string, call: string) {
  const key = `${KEPT}${encodeURIComponent(account)}/${call}`
  return {
    read: () => store.getItem(key),
    write(text: string) {
      try {
        store.setItem(key, text)
      } catch {
        // full or forbidden: the server's copy is the one that counts
      }
    },
    drop: () => store.removeItem(key),
  }
}

/** Nothing typed by anybody but `account` stays ('': by anybody at all); of theirs nothing that is too old. */
export function forgetRemains(store: Store, account: string, now: number): void {
  const oldest = now - KEPT_DAYS * 86_400_000
  const mine = account && `${KEPT}${encodeURIComponent(account)}/`
  const all = Array.from({ length: store.length }, (_, place) => store.key(place) ?? '').filter((key) => key.startsWith(KEPT))
  for (const key of all) {
    const at = Number(/"at":(\d+)/.exec(store.getItem(key) ?? '')?.[1] ?? 0)
    if (!mine || !key.startsWith(mine) || at < oldest) store.removeItem(key)
  }
}
