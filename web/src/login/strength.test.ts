import assert from 'node:assert/strict'
import { test } from 'node:test'
import { strength } from './strength.ts'

test('what the daemon refuses for its length is none at all', () => {
  assert.deepEqual([strength(''), strength('Xue-Hua-Pia'), strength('雪花'.repeat(5))], [0, 0, 0])
})

test('what follows by itself, or is said again, counts little', () => {
  assert.deepEqual([strength('aaaaaaaaaaaaaaaa'), strength('qwertyuiop1234'), strength('123456789012345')], [1, 1, 1])
  assert.equal(strength('abababababab'), 1)
})

test('the own account makes nothing stronger', () => {
  assert.equal(strength('1001100110011001', '1001'), 1)
  assert.ok(strength('zhang-hai-lan', '') > strength('zhang-hai-lan', 'zhang-hai'))
})

test('length makes it strong, whatever it is made of', () => {
  assert.equal(strength('Xue-Hua-Piao-77'), 3)
  assert.equal(strength('correct horse battery staple'), 4)
  assert.equal(strength('今夜鼓浪屿的钢琴声飘过海面去了'), 4)
})
