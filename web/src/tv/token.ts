// The screen's token: given once behind the # of the address, which no server and no log ever sees, and kept in this browser.
export const KEPT = 'hotline.screen'
const SHAPE = /^#(hlp_[A-Za-z0-9_-]{20,80})$/

/** The token of this address or of before; '' none. `forget`: takes it out of the address, so that nobody reads it off the screen. */
export function tokenOf(hash: string, kept: Pick<Storage, 'getItem' | 'setItem'>, forget: () => void): string {
  const given = SHAPE.exec(hash)?.[1]
  if (given) {
    kept.setItem(KEPT, given)
    forget()
  }
  return given ?? kept.getItem(KEPT) ?? ''
}

/** Milliseconds until the next try after so many in vain: soon at first, never a flood. */
export function patience(failed: number): number {
  return Math.min(30_000, 2_000 * 2 ** Math.min(failed, 4))
}
