import assert from 'node:assert/strict'
import { test } from 'node:test'
import { masked, named, wholest } from './numbers.ts'

test('a number that is not to be read whole', () => {
  assert.equal(masked('13806000001'), '138****0001')
  assert.equal(masked('138****0001'), '138****0001')
  assert.equal(masked('8002'), '8002')
  assert.equal(masked(''), '')
})

test('a whole number outranks a masked one, whoever told it', () => {
  assert.equal(wholest('138****0001', '13806000001'), '13806000001')
  assert.equal(wholest(undefined, '138****0001', ''), '138****0001')
  assert.equal(wholest('', null), '')
})

test('a name that begins with its number is said once', () => {
  assert.equal(named('110', '110 报警'), '110 报警')
  assert.equal(named('8002', '林志强'), '8002 林志强')
  assert.equal(named('8002', ''), '8002')
})
