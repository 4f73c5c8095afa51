import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parts, stateOf, type Progress } from './progressSentence.ts'

const one: Progress = {
  id: 'A', case_number: 'XM1', kind: 'complaint', code: '', code_kind: '', title: '路口积水', address: '湖滨南路', filed_at: '2026-11-01T00:00:00Z', state: 'delivered',
  case_state: 'handling', case_since: '2026-11-02T00:00:00Z', word: '', unit: '市政园林局', promised_by: '2026-11-05T00:00:00Z', provisional: false, merged_into: '',
  answered_directly: false, urged: 2, joined: 0, merged: 0, open: true, own: false, withheld: false,
}
const keys = (change: Partial<Progress>) => parts({ ...one, ...change }, String, String).map((part) => part.key)

test('an open case is told with state, unit, promised date and urgings', () => {
  assert.deepEqual(keys({}), ['first', 'stateSince', 'unit', 'promised', 'urged'])
})

test('nothing is promised that may come out otherwise, nor of what is over', () => {
  assert.deepEqual(keys({ provisional: true, urged: 0 }), ['first', 'stateSince', 'unit'])
  assert.deepEqual(keys({ open: false, case_state: 'closed' }), ['first', 'stateSince'])
})

test('what is withheld or has no number yet is told without', () => {
  assert.deepEqual(keys({ title: '', withheld: true })[0], 'firstWithheld')
  assert.deepEqual(keys({ case_number: '', case_state: null, case_since: null }).slice(0, 2), ['firstNumberless', 'state'])
  assert.deepEqual(keys({ merged_into: 'XM9' })[1], 'merged')
  assert.equal(stateOf({ ...one, case_state: null, state: 'waiting' }), 'undelivered')
})
