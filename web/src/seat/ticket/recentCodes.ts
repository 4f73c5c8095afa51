// Codes chosen lately, the most recent first, and what an input method leaves in the box while one types. Pure but for the store.
import type { Code } from './form.ts'

const KEPT = 'hotline.codes'
const MOST = 8

export const sameCode = (one: Code, other: Code) =>
  one.scheme === other.scheme && one.version === other.version && one.kind === other.kind && one.code === other.code

export function withRecent(codes: Code[], chosen: Code, most = MOST): Code[] {
  return [chosen, ...codes.filter((one) => !sameCode(one, chosen))].slice(0, most)
}

/** "b'l'l'j" and "ｂｌｌｊ" are "bllj": typed through an input method, before it made anything of it. */
export function asked(typed: string): string {
  return typed.normalize('NFKC').replace(/['’\s]/g, '').slice(0, 40)
}

export function recent(): Code[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one): one is Code => typeof one?.code === 'string' && typeof one?.name === 'string') : []
  } catch {
    return []
  }
}

export function remember(chosen: Code): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(withRecent(recent(), chosen)))
  } catch {
    // only a convenience
  }
}
