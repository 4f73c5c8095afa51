import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked, withRecent } from './recentCodes.ts'
import type { Code } from './form.ts'

const code = (digits: string, kind = 'event') => ({ scheme: 's', version: 'v', kind, code: digits, name: digits }) as Code

test('what an input method has not finished yet is asked as letters', () => {
  assert.equal(asked("b'l'l'j"), 'bllj')
  assert.equal(asked(' ｂｌ ０１ '), 'bl01')
  assert.equal(asked('暴露 垃圾'), '暴露垃圾')
})

test('the last chosen is first, once; a part is not an event of the same digits', () => {
  const list = withRecent(withRecent(withRecent([], code('1')), code('2')), code('1'))
  assert.deepEqual(list.map((one) => one.code), ['1', '2'])
  assert.equal(withRecent(list, code('1', 'part')).length, 3)
  assert.equal(withRecent(list, code('3'), 2).length, 2)
})
