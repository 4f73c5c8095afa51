import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partiesOf, type Part } from './participants.ts'

const part = (leg: string, more: Partial<Part>): Part => ({
  leg, role: 'agent', seat: '', name: '', number: '', state: 'talking', group: 0, since: '2026-10-01T04:00:00Z', by: '', reason: '', ...more,
})
const citizen = (group: number, state = 'talking') => part('c', { role: 'citizen', number: '13800000012', group, state })
const anna = (group: number) => part('a', { seat: '8001', group })
const bao = (group: number, state = 'talking') => part('b', { role: 'consulted', seat: '8002', by: '8001', group, state })

test('a plain talk: nothing to end, nobody to drop', () => {
  const { may, hears, others } = partiesOf([citizen(1), anna(1)], '8001')
  assert.deepEqual([may.complete, may.cancel, may.conference, may.swap, hears, others.length], [false, false, false, false, '', 1])
  assert.equal(may.drop('c'), false)
})

test('while it rings: hand over or cancel, no three-way', () => {
  const { may, hears } = partiesOf([citizen(0, 'held'), anna(0), bao(0, 'ringing')], '8001')
  assert.deepEqual([may.complete, may.cancel, may.conference, may.swap, hears], [true, true, false, false, 'ringing'])
})

test('consulting, then swapped back to the citizen', () => {
  assert.equal(partiesOf([citizen(0, 'held'), anna(1), bao(1)], '8001').hears, 'consulting')
  const swapped = partiesOf([citizen(1), anna(1), bao(0, 'held')], '8001')
  assert.equal(swapped.hears, 'swapped')
  assert.equal(swapped.may.conference, true)
})

test('three together: whose call it is may drop the one they called in', () => {
  const three = [citizen(1), anna(1), bao(1)]
  const mine = partiesOf(three, '8001')
  assert.deepEqual([mine.joined, mine.may.complete, mine.may.drop('b'), mine.may.drop('c')], [true, false, true, false])
  assert.equal(partiesOf(three, '8002').may.drop('a'), false)
})

test('who is asked knows by whom, until they hear the citizen', () => {
  assert.equal(partiesOf([citizen(0, 'held'), anna(0), bao(0, 'ringing')], '8002').askedBy, '8001')
  assert.equal(partiesOf([citizen(1), anna(1), bao(1)], '8002').askedBy, '')
})

test('who could not be reached opens no way', () => {
  const failed = part('x', { role: 'consulted', number: '12345', by: '8001', state: 'failed', reason: 'declined' })
  const { may, consulted, others } = partiesOf([citizen(1), anna(1), failed], '8001')
  assert.equal(consulted, undefined)
  assert.deepEqual([may.complete, may.cancel, may.conference], [false, false, false])
  assert.equal(others.at(-1)!.reason, 'declined')
})
