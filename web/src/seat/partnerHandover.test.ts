import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handedOver, mayOf, newest, partnerAt, stepOf, theirWord, toldOf, type Handover } from './partnerHandover.ts'

const ONE: Handover = {
  id: '01J', call: 'xm1-1.1', partner: '110', partner_name: '110 报警', seat: '8001', agent: '1001', ticket: '', asked_at: '2026-10-01T04:00:00Z',
  told: 'waiting', told_at: null, answered_at: null, ended_at: null, how: '', by: '', reference: '', note: '', their_state: '', their_note: '',
}

test('while it rings it can be taken back, not accepted; once answered both', () => {
  assert.equal(stepOf(ONE), 'ringing')
  assert.deepEqual(mayOf(ONE), { accept: false, refuse: true })
  const up = { ...ONE, answered_at: '2026-10-01T04:00:05Z' }
  assert.equal(stepOf(up), 'answered')
  assert.deepEqual(mayOf(up), { accept: true, refuse: true })
})

test('what ended says how, and is not to be ended again; a number may still be missing', () => {
  assert.equal(stepOf({ ...ONE, how: 'busy' }), 'busy')
  assert.deepEqual(mayOf({ ...ONE, how: 'busy' }), { accept: false, refuse: false })
  assert.deepEqual(mayOf({ ...ONE, how: 'accepted' }), { accept: true, refuse: false })
  assert.deepEqual(mayOf({ ...ONE, how: 'accepted', reference: 'FZ1' }), { accept: false, refuse: false })
  assert.deepEqual(mayOf(undefined), { accept: false, refuse: false })
})

test('the newest of a call is shown', () => {
  const later = { ...ONE, id: '01K', asked_at: '2026-10-01T04:05:00Z' }
  assert.equal(newest([ONE, later])?.id, '01K')
  assert.equal(newest([later, ONE])?.id, '01K')
  assert.equal(newest([]), undefined)
})

test('the message is sent, on its way, or there is none', () => {
  assert.deepEqual(['waiting', 'unsure', 'sent', 'withdrawn', 'failed', ''].map((told) => toldOf({ ...ONE, told })), ['waiting', 'waiting', 'sent', 'withdrawn', 'failed', ''])
})

test('a number of the phone book may be a partner’s desk', () => {
  const partners = [{ id: '110', name: '110 报警', number: '110' }]
  assert.equal(partnerAt(partners, '110')?.id, '110')
  assert.equal(partnerAt(partners, '2212319'), undefined)
})

test('an earlier hand-over is told in a line, with what the partner says of it now', () => {
  const say = (key: string, values?: Record<string, string>) => `${key.replace('seat.handover.', '')}${values ? ` ${Object.values(values).join(' ')}` : ''}`
  const known = (key: string) => !key.endsWith('.odd')
  const past = { ...ONE, how: 'accepted', partner_name: '12345', reference: 'FZ1', their_state: 'done', their_note: '已修复' }
  assert.equal(handedOver(past, say, known), 'step.accepted 12345 · their FZ1 · theirs 12345 their_states.done · 已修复')
  assert.equal(theirWord('odd', say, known), 'odd')
})
