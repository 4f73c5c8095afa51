// How true announcements to those who waited were, by queue over the day. Pure.
import type { components } from '../contract'

type Told = components['schemas']['WaitToldOut']

export interface QueueTold {
  queue: string
  told: number
  timed: number
  /** share of what was waited, weighted by announcements; null: none came to its end */
  error: number | null
}

export function summed(rows: readonly Told[]): QueueTold[] {
  const queues = new Map<string, QueueTold>()
  for (const row of rows) {
    const sum = queues.get(row.queue) ?? { queue: row.queue, told: 0, timed: 0, error: null }
    const timed = sum.timed + row.timed
    const error = row.error_share === null ? sum.error : ((sum.error ?? 0) * sum.timed + row.error_share * row.timed) / timed
    queues.set(row.queue, { queue: row.queue, told: sum.told + row.told, timed, error })
  }
  return [...queues.values()]
}
