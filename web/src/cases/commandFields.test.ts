import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asSaid, fieldsOf, missing, nothingTyped } from './commandFields.ts'

test('what the server needs is asked for, and what may be said besides', () => {
  assert.deepEqual(fieldsOf('dispatch', ['unit', 'limit']), [{ field: 'unit', needed: true }, { field: 'helping', needed: false }, { field: 'limit', needed: true }, { field: 'opinion', needed: false }])
  assert.deepEqual(fieldsOf('revoke', []), [])
})

test('the first field that is missing is named; the ticket may have said the limit', () => {
  const typed = nothingTyped()
  assert.equal(missing('dispatch', ['unit', 'limit'], typed, true), 'unit')
  typed.unit = '思明区城管局'
  assert.equal(missing('dispatch', ['unit', 'limit'], typed, true), '')
  assert.equal(missing('dispatch', ['unit', 'limit'], typed, false), 'limit')
  assert.equal(missing('report', ['opinion'], { ...typed, opinion: '  ' }, true), 'opinion')
})

test('only what was typed is said, each as the server takes it', () => {
  const typed = { ...nothingTyped(), unit: ' 思明区城管局 ', limitValue: '5', reason: 'no', passed: 'no' as const, score: '4' }
  assert.deepEqual(asSaid('dispatch', ['unit', 'limit'], typed), { unit: '思明区城管局', limit: { value: 5, unit: 'work_day' } })
  assert.deepEqual(asSaid('report_check', ['opinion', 'passed'], typed), { passed: false })
  assert.deepEqual(asSaid('evaluate', ['score'], typed), { score: 4 })
})

test('helping units are told one by one, without the one that handles it', () => {
  const typed = { ...nothingTyped(), unit: '甲', helping: ' 乙、丙，甲, 乙 ', limitValue: '1' }
  assert.deepEqual(asSaid('dispatch', ['unit', 'limit'], typed), { unit: '甲', units_helping: ['乙', '丙'], limit: { value: 1, unit: 'work_day' } })
})

test('a number of a number field is no text, and is said all the same', () => {
  const typed = { ...nothingTyped(), score: 5 as unknown as string }
  assert.equal(missing('evaluate', ['score'], typed, false), '')
  assert.deepEqual(asSaid('evaluate', ['score'], typed), { score: 5 })
})
