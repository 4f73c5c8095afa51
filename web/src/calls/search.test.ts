import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked, blank, day, daysBefore } from './search.ts'

const NOON = new Date(2026, 10, 29, 12)

test('a search begins with today, and the last day is whole', () => {
  const query = asked(blank(NOON, false), true)
  assert.equal(query.since, new Date(2026, 10, 29).toISOString())
  assert.equal(query.until, new Date(2026, 10, 30).toISOString())
  assert.equal(query.recorded, undefined)
})

test('the number never stands in the address', () => {
  const query = asked({ ...blank(NOON, true), number: '138 0600 0001' }, true)
  assert.ok(!JSON.stringify(query).includes('0600'))
  assert.equal(query.recorded, true)
})

test('an agent asks for no seat, and a case is sought on every day', () => {
  const wanted = { ...blank(NOON, false), seat: '8001', case: ' 20261129000017 ' }
  assert.equal(asked(wanted, false).seat, undefined)
  assert.equal(asked(wanted, true).seat, '8001')
  assert.equal(asked(wanted, true).case, '20261129000017')
  assert.equal(asked(wanted, true).since, undefined)
})

test('days of the calendar', () => {
  assert.equal(day(NOON), '2026-11-29')
  assert.equal(daysBefore(new Date(2026, 2, 3), 6), '2026-02-25')
})
