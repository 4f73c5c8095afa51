import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parted } from './auditRows.ts'

test('a detail is read as names and texts', () => {
  assert.deepEqual(parted('{"purpose":"质检","part":"1","note":""}'), [['purpose', '质检'], ['part', '1']])
  assert.deepEqual(parted('{"seat":"8001","session":"s1"}'), [['seat', '8001']])
  assert.deepEqual(parted('{"count":3}'), [['count', '3']])
})

test('what is no object is shown as it stands', () => {
  assert.deepEqual(parted('pause: 班前会'), [['', 'pause: 班前会']])
  assert.deepEqual(parted('[1]'), [['', '[1]']])
  assert.deepEqual(parted('{}'), [])
  assert.deepEqual(parted(''), [])
})
