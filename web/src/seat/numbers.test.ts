import assert from 'node:assert/strict'
import { test } from 'node:test'
import { masked } from './numbers.ts'

test('a number that is not to be read whole', () => {
  assert.equal(masked('13806000001'), '138****0001')
  assert.equal(masked('138****0001'), '138****0001')
  assert.equal(masked('8002'), '8002')
  assert.equal(masked(''), '')
})
