import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bars, faster, gains, placed, whyNot } from './waveform.ts'

test('bars keep the loudest of what they stand for, and nothing is left out', () => {
  assert.deepEqual(bars([0, 127, 0, 0], 2), [1, 0])
  assert.deepEqual(bars([127], 3), [1, 1, 1])
  assert.deepEqual(bars([], 2), [0, 0])
  assert.deepEqual(bars([1, 2], 0), [])
  assert.equal(Math.max(...bars([...Array(997).fill(0), 64, 0], 50)), 64 / 127)
})

test('a press beside the picture stays within the recording', () => {
  assert.equal(placed(0.5, 60), 30)
  assert.equal(placed(-1, 60), 0)
  assert.equal(placed(2, 60), 60)
})

test('speeds end where they end', () => {
  assert.equal(faster(1, 1), 1.25)
  assert.equal(faster(2, 1), 2)
  assert.equal(faster(0.75, -1), 0.75)
})

test('each side alone silences the other', () => {
  assert.deepEqual(gains('citizen'), [1, 0])
  assert.deepEqual(gains('seat'), [0, 1])
  assert.deepEqual(gains('both'), [1, 1])
})

test('an error says what happened, never why somebody listens', () => {
  assert.equal(whyNot(0, ''), 'player.why.away')
  assert.equal(whyNot(409, 'recording_raw'), 'player.why.raw')
  assert.equal(whyNot(409, 'recording_damaged'), 'player.why.damaged')
  assert.equal(whyNot(404, 'recording_dropped'), 'player.why.gone')
  assert.equal(whyNot(403, 'not_allowed'), 'player.why.refused')
  assert.equal(whyNot(200, ''), 'player.why.decode')
})
