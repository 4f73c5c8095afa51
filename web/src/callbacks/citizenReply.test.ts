import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replied } from './citizenReply.ts'

test('an answer is whole or none', () => {
  assert.deepEqual(replied('reached', 'solved', 5, '谢谢'), { answer: 'solved', satisfied: 5, words: '谢谢' })
  assert.deepEqual(replied('reached', 'unsolved', 1, ''), { answer: 'unsolved', satisfied: 1, words: '' })
  assert.deepEqual(replied('refused', '', undefined, ''), { answer: 'refused', satisfied: null, words: '' })
  assert.equal(replied('reached', '', 5, ''), undefined)
  assert.equal(replied('reached', 'solved', undefined, ''), undefined)
  assert.equal(replied('no_answer', 'solved', 5, ''), undefined)
})
