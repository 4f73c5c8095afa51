// The wallboard's arithmetic: pure, no screen. Rates are 0..1, times seconds, moments ISO texts.
import type { components } from '../contract'
import type { Icon } from '../icons'

type Shapes = components['schemas']
export type Figures = Shapes['FiguresOut']
export type Targets = Shapes['TargetsOut']
export type Call = Shapes['CallOut']
export type Queue = Shapes['QueueOut']
export type Seat = Shapes['SeatOut']

export type Rating = 'met' | 'missed' | 'none'

/** A rating's sign, beside its colour and word. */
export const MARKS: Record<Rating, Icon> = { met: 'circle-check', missed: 'alert-triangle', none: 'circle-minus' }

/** What a value is against its target; `none` where nothing was counted yet. */
export function rating(value: number | null | undefined, target: number): Rating {
  if (value === null || value === undefined) return 'none'
  return value >= target ? 'met' : 'missed'
}

/** The same for what should stay below its bound. */
export function bounded(value: number, most: number): Rating {
  return value > most ? 'missed' : 'met'
}

/** 0.934 → 93.4%; a rate is never rounded up to what it is not: 0.9996 stays below 100%. */
export function percent(rate: number | null | undefined): string {
  if (rate === null || rate === undefined) return '–'
  if (rate === 1) return '100%'
  return `${(Math.floor(rate * 1000) / 10).toFixed(1)}%`
}

/** 65 → 1:05, 3725 → 1:02:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

export function secondsSince(moment: string | null | undefined, now: number): number {
  return moment ? Math.max(0, (now - Date.parse(moment)) / 1000) : 0
}

/** 13:05:09 in the browser's zone; '' without a moment. */
export function timeOfDay(moment: string | null | undefined): string {
  return moment ? new Date(moment).toLocaleTimeString('zh-CN', { hour12: false }) : ''
}

const WAITING = new Set(['queued', 'ringing'])

/** Callers who wait for a person now, the longest first. */
export function waiting(calls: Iterable<Call>): Call[] {
  return [...calls]
    .filter((call) => call.direction === 'inbound' && call.queued_at && !call.answered_at && WAITING.has(call.state))
    .sort((a, b) => (a.queued_at! < b.queued_at! ? -1 : 1))
}

export interface Waiting {
  count: number
  longest: number
}

/** How many wait among some callers, and how long the first of them has. */
export function waitingNow(callers: Call[], now: number): Waiting {
  return { count: callers.length, longest: callers.length ? secondsSince(callers[0].queued_at, now) : 0 }
}

export const STATES = ['ready', 'ringing', 'dialling', 'talking', 'holding', 'watching', 'wrap_up', 'paused', 'logged_out'] as const
export type State = (typeof STATES)[number]

/** Each state has its own sign too: colour alone tells nothing to many people. */
export const SHAPES: Record<string, Icon> = {
  ready: 'circle-check', ringing: 'bell-ringing', dialling: 'phone-outgoing', talking: 'phone-call', holding: 'player-pause', watching: 'headphones',
  wrap_up: 'pencil', paused: 'coffee', logged_out: 'circle-dashed',
}

export function byState(seats: Iterable<Seat>): Record<State, number> {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>
  for (const seat of seats) if (seat.state in counts) counts[seat.state as State] += 1
  return counts
}

export function figuresOf(all: Iterable<Figures>, of: Figures['of'], id = ''): Figures | undefined {
  for (const row of all) if (row.of === of && (of === 'all' || row.id === id)) return row
  return undefined
}

/** The same, as the queues tell it. */
export function waitingIn(queues: readonly { waiting: number; longest_wait_seconds: number }[]): Waiting {
  return { count: queues.reduce((sum, queue) => sum + queue.waiting, 0), longest: Math.max(0, ...queues.map((queue) => queue.longest_wait_seconds)) }
}
