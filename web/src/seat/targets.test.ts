import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialled, mayBe, stateOf, targetOf, type Target } from './targets.ts'

const plain: Target = { kind: 'agent', id: '1002', name: '林志强', seat: '8002', state: 'ready', number: '', group: '', skills: [], waiting: 0, ready: 0, signed_in: 0 }

test('a colleague is at their seat, as it is this moment', () => {
  const seats = new Map([['8002', { state: 'talking' }]])
  assert.equal(stateOf(plain, seats), 'talking')
  assert.equal(stateOf(plain, new Map()), 'ready')
  assert.equal(targetOf(plain), '8002')
  assert.equal(targetOf({ ...plain, seat: '', state: 'logged_out' }), '')
})

test('who talks is asked, and given nobody', () => {
  assert.deepEqual(mayBe(plain, '', 'talking'), { blind: false, attended: true })
  assert.deepEqual(mayBe(plain, '', 'ready'), { blind: true, attended: true })
})

test('a queue takes a citizen when somebody serves it, and is nobody to ask', () => {
  const queue = { ...plain, kind: 'queue', id: 'minnan', seat: '', state: '', signed_in: 2 }
  assert.deepEqual(mayBe(queue, '', ''), { blind: true, attended: false })
  assert.deepEqual(mayBe({ ...queue, signed_in: 0 }, '', ''), { blind: false, attended: false })
})

test('a number is told from a name', () => {
  assert.deepEqual(['8002', '+86 592 2212319', '138-0592-2001', '*43'].map(dialled), [true, true, true, false])
  assert.deepEqual(['lzq', '林', '', '1a'].map(dialled), [false, false, false, false])
})
