// What the stream told, folded: rows by their key. Pure: no socket, no clock; the maps may be reactive ones.
import type { components } from '../contract'

type Shapes = components['schemas']
export type Snapshot = Shapes['Snapshot']
export type Delta = Shapes['Delta']

export interface Picture {
  epoch: string
  seq: number
  /** when it was last told, ISO; '' never */
  heard: string
  vitals: Shapes['VitalsOut'] | null
  targets: Shapes['TargetsOut']
  readonly seats: Map<string, Shapes['SeatOut']>
  readonly calls: Map<string, Shapes['CallOut']>
  readonly queues: Map<string, Shapes['QueueOut']>
  readonly lines: Map<string, Shapes['LineOut']>
  readonly trunks: Map<string, Shapes['TrunkOut']>
  readonly alarms: Map<number, Shapes['AlarmOut']>
  readonly figures: Map<string, Shapes['FiguresOut']>
  /** lines open or closed by hand, modes that are on */
  readonly switches: Map<string, Shapes['SwitchOut']>
}

export const NO_TARGETS: Shapes['TargetsOut'] = { service_level_15s: 0.8, connect_rate_24h: 0.95, waiting_most: 10, wait_seconds_most: 60 }

/** An empty one. `kept` makes each map (a reactive one on a page). */
export function blank(kept: <K, V>() => Map<K, V> = () => new Map()): Picture {
  return {
    epoch: '', seq: 0, heard: '', vitals: null, targets: NO_TARGETS,
    seats: kept(), calls: kept(), queues: kept(), lines: kept(), trunks: kept(), alarms: kept(), figures: kept(), switches: kept(),
  }
}

/** All anew. */
export function begin(picture: Picture, told: Snapshot): void {
  picture.epoch = told.epoch
  picture.seq = told.seq
  picture.heard = told.at
  picture.vitals = told.vitals
  picture.targets = told.targets
  refill(picture.seats, told.seats, (row) => row.seat)
  refill(picture.calls, told.calls, (row) => row.call)
  refill(picture.queues, told.queues, (row) => row.queue)
  refill(picture.lines, told.lines, (row) => row.line)
  refill(picture.trunks, told.trunks, (row) => row.trunk)
  refill(picture.alarms, told.alarms.filter(stands), (row) => row.id)
  refill(picture.figures, told.figures, figure)
  refill(picture.switches, told.switches.filter(switched), switchKey)
}

/** `gap`: a frame was missed, nothing was changed: say hello again. `old`: it was known already. */
export function go(picture: Picture, told: Delta): 'fine' | 'gap' | 'old' {
  if (told.seq <= picture.seq) return 'old'
  if (!picture.epoch || told.seq !== picture.seq + 1) return 'gap'
  picture.seq = told.seq
  picture.heard = told.at
  if (told.vitals) picture.vitals = told.vitals
  put(picture.seats, told.seats, (row) => row.seat)
  put(picture.calls, told.calls, (row) => row.call)
  for (const call of told.gone ?? []) picture.calls.delete(call)
  put(picture.queues, told.queues, (row) => row.queue)
  put(picture.lines, told.lines, (row) => row.line)
  put(picture.trunks, told.trunks, (row) => row.trunk)
  put(picture.figures, told.figures, figure)
  for (const row of told.switches ?? []) {
    if (switched(row)) picture.switches.set(switchKey(row), row)
    else picture.switches.delete(switchKey(row))
  }
  for (const row of told.alarms ?? []) {
    if (stands(row)) picture.alarms.set(row.id, row)
    else picture.alarms.delete(row.id)
  }
  return 'fine'
}

/** An alarm leaves the picture when it is both over and acknowledged. */
function stands(alarm: Shapes['AlarmOut']): boolean {
  return !alarm.cleared_at || !alarm.acknowledged_at
}

/** Not as usual: open or closed by hand, a mode that is on. */
function switched(row: Shapes['SwitchOut']): boolean {
  return row.state !== 'clock' && row.state !== 'off'
}

function switchKey(row: Shapes['SwitchOut']): string {
  return `${row.kind}:${row.target}`
}

function figure(row: Shapes['FiguresOut']): string {
  return `${row.of}:${row.id}`
}

function put<K, V>(rows: Map<K, V>, told: V[] | undefined, key: (row: V) => K): void {
  for (const row of told ?? []) rows.set(key(row), row)
}

/** To exactly these rows, touching what is the same only once: a screen does not blink at a snapshot. */
function refill<K, V>(rows: Map<K, V>, told: V[], key: (row: V) => K): void {
  const there = new Set(told.map(key))
  for (const known of [...rows.keys()]) if (!there.has(known)) rows.delete(known)
  put(rows, told, key)
}

/**
 * Milliseconds to add to this machine's clock to have the server's. A frame is never early, so the
 * largest difference is the best one; it fades slowly, for clocks drift.
 */
export function corrected(offset: number | null, at: string, now: number): number {
  const seen = Date.parse(at) - now
  if (offset === null || Math.abs(seen - offset) > 5_000) return seen
  return seen > offset ? seen : offset + (seen - offset) * 0.02
}

/** Milliseconds before the next try: 0.2 s, doubling to 5 s, and up to half of it by chance. */
export function backoff(tries: number, chance: number): number {
  const full = Math.min(5_000, 200 * 2 ** Math.min(tries, 10))
  return full / 2 + (full / 2) * chance
}
