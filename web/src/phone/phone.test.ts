// The softphone's pure parts: codec order, figures of the network, which call is our own doing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectedOf, isExpected } from './expected.ts'
import { grade, quality, read, steady } from './quality.ts'
import { alawFirst } from './sdp.ts'

test('A-law goes to the front, everything else keeps its order', () => {
  const sdp = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 101\r\na=rtpmap:8 PCMA/8000\r\n'
  assert.equal(alawFirst(sdp), sdp.replace('111 0 8 101', '8 111 0 101'))
})

test('without A-law nothing changes', () => {
  const sdp = 'm=audio 9 UDP/TLS/RTP/SAVPF 111 101\r\n'
  assert.equal(alawFirst(sdp), sdp)
})

const inbound = (packetsReceived: number, packetsLost: number) => ({ type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost, jitter: 0.004 })

test('loss is of the time between two readings, the worse of both directions', () => {
  const before = read([inbound(1000, 100)])
  const after = read([inbound(1098, 102), { type: 'remote-inbound-rtp', kind: 'audio', roundTripTime: 0.021, fractionLost: 0.01 }])
  assert.deepEqual(quality(before, after), { rtt_ms: 21, loss_percent: 2, jitter_ms: 4, grade: 'fair' })
})

test('one bad reading, as after a hold, is not shown; two are', () => {
  const [good, bad] = [quality(read([inbound(0, 0)]), read([inbound(100, 0)])), quality(read([inbound(100, 0)]), read([inbound(158, 42)]))]
  assert.equal(bad.loss_percent, 42)
  assert.equal(steady(good, bad).grade, 'good')
  assert.equal(steady(bad, good).grade, 'good')
  assert.equal(steady(bad, bad).grade, 'poor')
  assert.equal(steady(null, bad).grade, 'poor')
})

test('nothing received yet is no loss but unknown', () => {
  assert.equal(quality(null, read([])).grade, 'unknown')
  assert.equal(grade({ rtt_ms: 20, loss_percent: 9, jitter_ms: 1 }), 'poor')
})

test('the phone that rings for my own dialling is known by the number dialled, for a while', () => {
  const mine = expectedOf('/api/seats/8001/dial', { number: '13800000001' }, '8001', 0)
  assert.equal(isExpected(mine, '13800000001', 1_000), true)
  assert.equal(isExpected(mine, '13900000002', 1_000), false)
  assert.equal(isExpected(mine, '13800000001', 30_000), false)
  const owed = expectedOf('/api/callbacks/xm1-1.1/dial', { number: '13800000001' }, '8001', 0)
  assert.ok(isExpected(owed, '13800000001', 1) && !isExpected(owed, '13800000002', 1))
  assert.equal(expectedOf('/api/seats/8002/dial', { number: '1' }, '8001', 0), undefined)
  assert.equal(isExpected(expectedOf('/api/seats/8002/watch', { mode: 'listen' }, '8009', 0), '0', 1), true)
  assert.equal(expectedOf('/api/seats/8002/watch', undefined, '8009', 0), undefined)
  assert.equal(isExpected(expectedOf('/api/seats/8002/take-over', { reason: 'x' }, '8009', 0), '13800000001', 1), true)
})
