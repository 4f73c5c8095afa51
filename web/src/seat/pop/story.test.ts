import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseOf, closed, grouped, openFirst, passed, when, type Ticket } from './story.ts'
import NUMBERS from './grouped.json' with { type: 'json' }

const ticket = (id: string, filed_at: string, direct = false, case_number = '') => ({ id, filed_at, state: 'delivered', case_number, ticket: { answered_directly: direct } }) as unknown as Ticket

test('open ones first, each newest first', () => {
  const all = [ticket('a', '2026-11-01'), ticket('b', '2026-11-03', true), ticket('c', '2026-11-02')]
  assert.deepEqual(openFirst(all).map((one) => one.id), ['c', 'a', 'b'])
})

test('what the case store says is over is closed, however it was delivered', () => {
  const over = { ...ticket('a', '2026-11-09'), case_state: 'closed' } as Ticket
  const going = { ...ticket('b', '2026-11-01'), case_state: 'dispatched' } as Ticket
  assert.deepEqual([over, going].map(closed), [true, false])
  assert.deepEqual(openFirst([over, going]).map((one) => one.id), ['b', 'a'])
})

test('a ticket is its case where it has one', () => {
  assert.equal(caseOf(ticket('a', '', false, 'GD1')), 'GD1')
  assert.equal(caseOf(ticket('a', '')), 'a')
})

test('of announcements one after another the last; who came straight went through nothing', () => {
  const step = (what: string, place = 0) => ({ at: '2026-11-24T01:00:00Z', what, queue: 'mandarin', place, minutes: null, result: '' })
  const waited = ['notice', 'queue', 'told', 'told', 'offered', 'told', 'kept'].map((what, n) => step(what, 9 - n))
  assert.deepEqual(passed(waited).map((one) => `${one.what}${one.place}`), ['notice9', 'queue8', 'told6', 'offered5', 'told4', 'kept3'])
  assert.deepEqual(passed([step('notice'), step('queue')]), [])
})

test('numbers in groups, masked or not', () => {
  // tests/cti/test_numbers.py holds the same file against the server's own rule
  for (const [number, groups] of Object.entries(NUMBERS)) assert.deepEqual(grouped(number), groups, number)
})

test('today needs no date', () => {
  const now = new Date(2026, 10, 24, 12)
  assert.equal(when(new Date(2026, 10, 24, 9, 5).toISOString(), now, 'zh-CN'), '09:05')
  assert.match(when(new Date(2026, 9, 3, 9, 5).toISOString(), now, 'zh-CN'), /10.3.*09:05/)
  assert.equal(when(null, now, 'zh-CN'), '')
})
