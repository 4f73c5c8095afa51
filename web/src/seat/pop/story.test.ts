import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseOf, grouped, openFirst, when, type Ticket } from './story.ts'

const ticket = (id: string, filed_at: string, direct = false, case_number = '') => ({ id, filed_at, state: 'delivered', case_number, ticket: { answered_directly: direct } }) as unknown as Ticket

test('open ones first, each newest first', () => {
  const all = [ticket('a', '2026-11-01'), ticket('b', '2026-11-03', true), ticket('c', '2026-11-02')]
  assert.deepEqual(openFirst(all).map((one) => one.id), ['c', 'a', 'b'])
})

test('a ticket is its case where it has one', () => {
  assert.equal(caseOf(ticket('a', '', false, 'GD1')), 'GD1')
  assert.equal(caseOf(ticket('a', '')), 'a')
})

test('numbers in groups, masked or not', () => {
  assert.deepEqual(grouped('13800138000'), ['138', '0013', '8000'])
  assert.deepEqual(grouped('138****8000'), ['138', '****', '8000'])
  assert.deepEqual(grouped('05925551234'), ['05925551234'])
})

test('today needs no date', () => {
  const now = new Date(2026, 10, 24, 12)
  assert.equal(when(new Date(2026, 10, 24, 9, 5).toISOString(), now, 'zh-CN'), '09:05')
  assert.match(when(new Date(2026, 9, 3, 9, 5).toISOString(), now, 'zh-CN'), /10.3.*09:05/)
  assert.equal(when(null, now, 'zh-CN'), '')
})
