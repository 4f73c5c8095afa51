// Who is at this page: signed in or not, rights, seat, lock. One session a browser; the cookie is not ours to see.
import { computed, reactive, readonly, ref } from 'vue'
import { api, onRefusal, Refused, send } from './restClient'
import type { components } from './contract'
import { forgetRemains } from './seat/ticket/unsavedDrafts'

type Shapes = components['schemas']
export type Me = Shapes['MeOut']

interface Kept {
  /** `unknown` until the daemon was asked; `away`: it did not answer yet */
  state: 'unknown' | 'away' | 'out' | 'in'
  me: Me | null
  /** covered by the lock screen */
  locked: boolean
  /** why the log-in page is shown though somebody was in: expired, signed_out … */
  ended: string
}

/** Whose lock the daemon has not heard of yet, and whether nobody was here for long: until then it holds here, also in a page that is loaded anew. */
const OWED = 'hotline.lock'
const IDLE = 'idle'

const kept = reactive<Kept>({ state: 'unknown', me: null, locked: false, ended: '' })
export const session = readonly(kept) as Readonly<Kept>
export const may = (right: string): boolean => kept.me?.rights.includes(right) ?? false
/** My own seat; '' without one. */
export const ownSeat = computed(() => kept.me?.seat ?? '')
/** Which device of my seat rings, as the stream told it last; '' not yet. */
const rung = ref('')
export const deviceRings = (device: string): void => void (rung.value = device)
/** The telephone on the desk is the one that rings and talks. */
export const byDesk = computed(() => (rung.value || kept.me?.device) === 'desk')

/** Ask who I am; true when the daemon gave an answer. */
export async function recall(): Promise<boolean> {
  try {
    know(await api<Me>('/api/session'))
    return true
  } catch (error) {
    if (error instanceof Refused && !error.away) {
      if (kept.state !== 'out') leave(kept.me ? 'expired' : '')
      return true
    }
    if (kept.state === 'unknown') kept.state = 'away'
    return false
  }
}

export async function signIn(account: string, password: string): Promise<void> {
  const me = await send<Me>('POST', '/api/session', { account, password })
  sessionStorage.removeItem(OWED)
  know(me)
}

export async function takeSeat(seat: string, ready = false): Promise<void> {
  know(await send<Me>('POST', '/api/session/seat', { seat, ready }))
}

/** Give the seat back (签出) and stay signed in. */
export async function leaveSeat(): Promise<void> {
  know(await send<Me>('DELETE', '/api/session/seat'))
}

export async function unlock(password: string): Promise<void> {
  const me = await send<Me>('POST', '/api/session/unlock', { password })
  sessionStorage.removeItem(OWED)
  know(me)
  kept.locked = false
}

/** `idle`: nobody was here for long; then no further call rings at this seat. */
export function lock(idle = false): void {
  if (!kept.me || kept.locked) return
  kept.locked = true
  sessionStorage.setItem(OWED, idle ? `${kept.me.account} ${IDLE}` : kept.me.account)
  void payLock(idle)
}

async function payLock(idle = false): Promise<void> {
  try {
    await send('POST', '/api/session/lock', { idle })
    sessionStorage.removeItem(OWED)
  } catch {
    // said again with the next word that the daemon is there
  }
}

export async function changePassword(old: string, fresh: string): Promise<void> {
  await send('POST', '/api/session/password', { old, new: fresh })
}

export async function signOut(): Promise<void> {
  const { leave_at } = await send<Shapes['SignedOut']>('DELETE', '/api/session')
  leave('signed_out')
  // Signed in by an identity provider: or one click would sign the next person in as this one.
  if (leave_at) window.location.assign(leave_at)
}

/** The session is over, whoever ended it. */
export function leave(why: string): void {
  kept.state = 'out'
  kept.me = null
  kept.locked = false
  sessionStorage.removeItem(OWED)
  kept.ended = why
  if (why === 'signed_out') forgetRemains(localStorage, '', Date.now())
}

/** A person is here, though all they do is read or talk: the daemon need not lock the screen. */
export async function stillHere(): Promise<void> {
  await api<Me>('/api/session', {}, { 'X-Hotline': '1' }).then(know).catch(() => undefined)
}

function know(me: Me): void {
  forgetRemains(localStorage, me.account, Date.now())
  kept.me = me
  kept.state = 'in'
  kept.ended = ''
  const [whose, how] = (sessionStorage.getItem(OWED) ?? '').split(' ')
  const owed = whose === me.account
  kept.locked = me.locked || owed
  if (owed && !me.locked) void payLock(how === IDLE)
}

// any answer may tell that the session is over or locked
onRefusal((refused, path) => {
  if (refused.status === 401 && kept.state === 'in' && !path.startsWith('/api/session')) void recall()
  if (refused.word === 'locked' && kept.me) kept.locked = true
})
