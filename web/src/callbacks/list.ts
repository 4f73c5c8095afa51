// What a list of call-backs asks and shows. Pure.
import type { components } from '../contract'

type Shapes = components['schemas']
export type Task = Shapes['CallbackOut']
export type Moved = Shapes['CallbackMoved']

export const FILTERS = ['owed', 'due', 'mine', 'open', 'done', 'given_up'] as const
export type Filter = (typeof FILTERS)[number]
export const MOST = 50

/** The query of a page; a number is said in a header. */
export function asked(filter: Filter, after = ''): Record<string, string | number | boolean | undefined> {
  const state = filter === 'done' || filter === 'given_up' || filter === 'open' ? filter : 'owed'
  return {
    state, mine: filter === 'mine' || undefined, due: filter === 'due' || undefined,
    after: after || undefined, most: MOST,
  }
}

export const isOwed = (task: Task): boolean => task.done_at === null

/** Its number can be dialled by me, now: it is owed, known, and nobody else's. */
export function canDial(task: Task): boolean {
  return isOwed(task) && (task.number !== '' || task.withheld) && (task.mine || task.owner === '')
}

/** Whom one key dials: who I have taken first, then whose call I had, then anybody's who has been due longest; whose call another
 * had who sits here comes last. */
export function next(tasks: readonly Task[], account = '', here: (agent: string) => boolean = () => false): Task | undefined {
  const rank = (task: Task) => (task.mine ? 0 : task.prefers && task.prefers === account ? 1 : task.prefers && here(task.prefers) ? 3 : 2)
  return tasks.filter(canDial).sort((a, b) => rank(a) - rank(b) || a.due_at.localeCompare(b.due_at))[0]
}

/** What I may write of it: a result to tell once I called, or have it. */
export const tells = (task: Task): boolean => task.kind === 'reply'

/** My newest try, whose result I may write. */
export function myTry(task: Task, account: string): Shapes['CallbackAttemptOut'] | undefined {
  return [...task.attempts].reverse().find((one) => one.agent === account)
}

/** A list must be asked for anew when one of its rows moved, or another may have come to it. */
export function concerns(shown: readonly Task[], filter: Filter, moved: readonly Moved[], more: boolean): boolean {
  if (more) return true
  const here = new Set(shown.map((task) => task.id))
  const closes = filter === 'done' || filter === 'given_up'
  return moved.some((one) => here.has(one.id) || (closes ? one.state === filter : one.state !== 'done' && one.state !== 'given_up'))
}
