// The stream's fold: gaps, order, what leaves the picture; the clock; the backoff.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff, begin, blank, corrected, go, type Delta, type Snapshot } from './picture.ts'

const AT = '2026-11-24T02:00:00Z'
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  t: 'snapshot', epoch: 'e1', seq: 7, at: AT, seats: [], calls: [], queues: [], lines: [], trunks: [], alarms: [], figures: [], switches: [],
  vitals: { live: true, as_of: AT, blind_since: null, backlog: 0, dead_letters: 0, callbacks_open: 0, callbacks_due: 0, places_kept: 0 },
  targets: { service_level_15s: 0.8, connect_rate_24h: 0.95, waiting_most: 10, wait_seconds_most: 60 },
  ...more,
})
const delta = (seq: number, more: Partial<Delta> = {}): Delta =>
  ({ t: 'delta', seq, at: AT, vitals: null, seats: [], calls: [], gone: [], queues: [], lines: [], trunks: [], alarms: [], figures: [], switches: [], ...more })
const seat = (id: string, state: string) => ({ seat: id, device: 'browser', state, since: AT, agent: '1001', agent_name: '', reason: '', call: null, reachable: true, queues: {} })
const alarm = (id: number, acknowledged: string | null, cleared: string | null) =>
  ({ id, at: AT, kind: 'blind', severity: 'critical' as const, subject: '', texts: {}, detail: '', call: '', acknowledged_by: '', acknowledged_at: acknowledged, cleared_at: cleared })

test('a delta before any snapshot is a gap', () => assert.equal(go(blank(), delta(1)), 'gap'))

test('deltas in order change rows; a known one changes nothing; a missed one is a gap and changes nothing', () => {
  const picture = blank()
  begin(picture, snapshot({ seats: [seat('8001', 'paused')] }))
  assert.equal(go(picture, delta(8, { seats: [seat('8001', 'ready')] })), 'fine')
  assert.equal(picture.seats.get('8001')?.state, 'ready')
  assert.equal(go(picture, delta(8, { seats: [seat('8001', 'paused')] })), 'old')
  assert.equal(go(picture, delta(10, { seats: [seat('8001', 'talking')] })), 'gap')
  assert.equal(picture.seats.get('8001')?.state, 'ready')
  assert.equal(picture.seq, 8)
})

test('a snapshot takes away what is no longer there', () => {
  const picture = blank()
  begin(picture, snapshot({ seats: [seat('8001', 'ready'), seat('8002', 'ready')] }))
  begin(picture, snapshot({ epoch: 'e2', seq: 1, seats: [seat('8002', 'paused')] }))
  assert.deepEqual([...picture.seats.keys()], ['8002'])
  assert.equal(picture.epoch, 'e2')
})

test('an alarm goes when it is both over and acknowledged, in either order', () => {
  const picture = blank()
  begin(picture, snapshot({ alarms: [alarm(1, null, null), alarm(2, null, AT)] }))
  go(picture, delta(8, { alarms: [alarm(1, AT, null), alarm(2, AT, AT)] }))
  assert.deepEqual([...picture.alarms.keys()], [1])
  go(picture, delta(9, { alarms: [alarm(1, AT, AT)] }))
  assert.equal(picture.alarms.size, 0)
})

test("the server's clock is the earliest frame's; a jump is believed at once", () => {
  const at = Date.parse(AT)
  assert.equal(corrected(null, AT, at - 1_000), 1_000)
  assert.equal(corrected(1_000, AT, at - 1_200), 1_200)
  assert.equal(corrected(1_000, AT, at - 500), 990)
  assert.equal(corrected(1_000, AT, at + 60_000), -60_000)
})

test('tries come slower, never slower than 5 s, and not all at once', () => {
  assert.equal(backoff(0, 1), 200)
  assert.equal(backoff(0, 0), 100)
  assert.equal(backoff(30, 1), 5_000)
  assert.ok(backoff(3, 0.2) < backoff(3, 0.8))
})

test('what is switched by hand stands in the picture until it is as usual again', () => {
  const row = (state: string) => ({
    kind: 'mode' as const, target: 'typhoon', name: '台风', state, until: null, district: '', event: '', event_title: '', said_at: AT,
    by: '1009', by_name: '', seat: '', reason: '',
  })
  const picture = blank()
  begin(picture, snapshot({ switches: [row('off')] }))
  assert.equal(picture.switches.size, 0)
  go(picture, delta(8, { switches: [row('on')] }))
  assert.deepEqual([...picture.switches.keys()], ['mode:typhoon'])
  go(picture, delta(9, { switches: [row('off')] }))
  assert.equal(picture.switches.size, 0)
})
