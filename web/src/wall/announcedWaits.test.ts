// How true announcements to those who waited were, summed over the hours of a day.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summed } from './announcedWaits.ts'

const row = (queue: string, told: number, timed: number, error_share: number | null) =>
  ({ queue, hour: '2026-11-23T01:00:00Z', told, timed, promised_seconds: null, waited_seconds: null, error_seconds: null, error_share })

test('errors of hours are weighted by their announcements', () => {
  assert.deepEqual(summed([row('a', 4, 3, 0.2), row('b', 2, 0, null), row('a', 1, 1, 0.6)]), [
    { queue: 'a', told: 5, timed: 4, error: (0.2 * 3 + 0.6) / 4 },
    { queue: 'b', told: 2, timed: 0, error: null },
  ])
})
