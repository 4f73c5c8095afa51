import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closed, NONE, ringing, shownWith, type Around } from './openForms.ts'

const around = (more: Partial<Around> & { words?: string[]; owed?: string[] } = {}): Around => ({
  talking: '', inHand: '', written: (call) => (more.words ?? []).includes(call), wanted: (call) => (more.owed ?? []).includes(call), ...more,
})

test('a call that rings at an idle seat is shown at once', () => {
  assert.deepEqual(ringing(NONE, 'a', around({ inHand: 'a' })), { open: ['a'], shown: 'a' })
})

test('a call that rings while another is talked is not even opened', () => {
  const talk = { open: ['a'], shown: 'a' }
  assert.equal(ringing(talk, 'b', around({ talking: 'a', inHand: 'a' })), talk)
})

test('a form with words in it stays in front, the new one opens beside', () => {
  assert.deepEqual(ringing({ open: ['a'], shown: 'a' }, 'b', around({ inHand: 'b', words: ['a'] })), { open: ['a', 'b'], shown: 'a' })
})

test('answered it comes to the front, and the half written one stays a tab', () => {
  const both = { open: ['a', 'b'], shown: 'a' }
  assert.deepEqual(shownWith(both, 'b', around({ talking: 'b', inHand: 'b', words: ['a'] })), { open: ['a', 'b'], shown: 'b' })
})

test('a form without words makes room', () => {
  assert.deepEqual(shownWith({ open: ['a'], shown: 'a' }, 'b', around({ inHand: 'b' })), { open: ['b'], shown: 'b' })
})

test('an answered call without a result stays a tab, and is in nobody’s way', () => {
  assert.deepEqual(ringing({ open: ['a'], shown: 'a' }, 'b', around({ inHand: 'b', owed: ['a'] })), { open: ['a', 'b'], shown: 'b' })
})

test('looking at an earlier call keeps the one in hand open', () => {
  assert.deepEqual(shownWith({ open: ['a'], shown: 'a' }, 'old', around({ talking: 'a', inHand: 'a' })), { open: ['a', 'old'], shown: 'old' })
})

test('a missed offer goes, and what was there before comes back', () => {
  assert.deepEqual(closed({ open: ['a', 'b'], shown: 'b' }, 'b', around()), { open: ['a'], shown: 'a' })
  assert.deepEqual(closed({ open: ['a', 'b', 'c'], shown: 'c' }, 'c', around({ inHand: 'a' })), { open: ['a', 'b'], shown: 'a' })
  assert.deepEqual(closed({ open: ['b'], shown: 'b' }, 'b', around()), { open: [], shown: '' })
  assert.deepEqual(closed({ open: ['a', 'b'], shown: 'a' }, 'b', around()), { open: ['a'], shown: 'a' })
})

test('of too many forms the oldest goes that nobody looks at and that has no words in it', () => {
  const calls = [...'abcdefgh']
  const nine = shownWith({ open: calls, shown: 'h' }, 'i', around({ inHand: 'i', words: ['a'], owed: calls }))
  assert.deepEqual(nine, { open: [...'acdefghi'], shown: 'i' })
  const written = shownWith({ open: calls, shown: 'h' }, 'i', around({ inHand: 'i', words: calls }))
  assert.deepEqual(written.open, [...calls, 'i'])
  const beside = ringing({ open: calls, shown: 'a' }, 'i', around({ inHand: 'i', words: ['a'], owed: calls }))
  assert.deepEqual(beside, { open: [...'acdefghi'], shown: 'a' })
})
