import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked, canDial, concerns, myTry, next, type Moved, type Task } from './list.ts'

const NOON = '2026-11-28T04:00:00Z'
function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id, kind: 'missed', state: 'open', reason: 'timeout', line: 'citizen', number: '138****0001', call: id, made_at: NOON, due_at: NOON,
    owner: '', tries: 0, done_at: null, done_by: '', done_how: '', note: '', attempts: [], mine: false, withheld: false, dials: '', ticket: '', prefers: '', case_number: '', title: '',
    script: '', answer: '', satisfied: null, ...more,
  }
}
const moved = (id: string, state: string): Moved => ({ id, state, owner: '', tries: 0, due_at: NOON })

test('a filter is a query', () => {
  assert.deepEqual(asked('mine', 'a'), { state: 'owed', mine: true, due: undefined, after: 'a', most: 50 })
  assert.equal(asked('done').state, 'done')
  assert.equal(asked('due').due, true)
})

test('who is dialled next: mine first, then who has been due longest; never another’s, nobody, or who is settled', () => {
  const late = task('late', { due_at: '2026-11-28T03:00:00Z' })
  const mine = task('mine', { owner: '1001', mine: true, due_at: '2026-11-28T09:00:00Z' })
  const others = task('others', { owner: '1002', due_at: '2026-11-28T01:00:00Z' })
  const hidden = task('hidden', { number: '', due_at: '2026-11-28T01:00:00Z' })
  const done = task('done', { done_at: NOON, due_at: '2026-11-28T01:00:00Z' })
  assert.equal(next([task('a'), late, others, hidden, done])?.id, 'late')
  assert.equal(next([late, mine])?.id, 'mine')
  assert.equal(next([others, hidden, done]), undefined)
  assert.ok(canDial(task('secret', { number: '', withheld: true })))
})

test('my newest try is the one I write about', () => {
  const one = (call: string, agent: string) => ({ call, at: NOON, ended_at: NOON, agent, seat: '8001', result: 'busy', told: 'busy', note: '' })
  const tried = task('a', { attempts: [one('1', '1001'), one('2', '1001'), one('3', '1002')] })
  assert.equal(myTry(tried, '1001')?.call, '2')
  assert.equal(myTry(tried, '1003'), undefined)
})

test('a list is asked for anew when it may have changed', () => {
  assert.ok(concerns([], 'owed', [moved('new', 'open')], false))
  assert.ok(concerns([task('a')], 'owed', [moved('a', 'done')], false))
  assert.ok(!concerns([task('a')], 'owed', [moved('b', 'done')], false))
  assert.ok(concerns([], 'done', [moved('b', 'done')], false))
  assert.ok(!concerns([], 'done', [moved('b', 'open')], false))
  assert.ok(concerns([], 'done', [], true))
})

test('whose call I had is mine to tell; whose call a colleague had who sits here comes last', () => {
  const old = task('old', { kind: 'reply', prefers: '1002', due_at: '2026-11-28T01:00:00Z' })
  const own = task('own', { kind: 'reply', prefers: '1001', due_at: '2026-11-28T09:00:00Z' })
  const any = task('any', { due_at: '2026-11-28T03:00:00Z' })
  assert.equal(next([old, any, own], '1001')?.id, 'own')
  assert.equal(next([old, any], '1001', (agent) => agent === '1002')?.id, 'any')
  assert.equal(next([old, any], '1001')?.id, 'old')
})
