import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byState, inOrder } from './listOrder.ts'

const NOW = Date.parse('2026-11-30T08:00:00Z')
const work = (number: string, due: string | null, urged = 0, state = 'accepted', urgency = 'normal') => ({ urgency, number, due_at: due && `2026-11-30T${due}:00Z`, urged, state, state_word: state })

test('overdue first, then urged, then the soonest due, what has no limit last', () => {
  const list = [work('5', null), work('4', '09:00'), work('3', '10:00', 1), work('2', '07:00'), work('1', '07:30', 2), work('0', '09:00')]
  assert.deepEqual(inOrder(list, NOW).map((one) => one.number), ['2', '1', '3', '0', '4', '5'])
})

test('a critical case stands behind what is overdue alone, an urgent one with those that were urged', () => {
  const list = [work('5', '08:30'), work('4', '07:00'), work('3', '12:00', 1), work('2', '11:00', 0, 'accepted', 'urgent'), work('1', '13:00', 0, 'accepted', 'critical')]
  assert.deepEqual(inOrder(list, NOW).map((one) => one.number), ['4', '1', '2', '3', '5'])
})

test('the state of the most urgent case stands first', () => {
  const list = [work('1', '12:00'), work('2', '07:00', 0, 'handled'), work('3', '13:00')]
  assert.deepEqual(byState(list, NOW).map((group) => [group.state, group.cases.length]), [['handled', 1], ['accepted', 2]])
})
