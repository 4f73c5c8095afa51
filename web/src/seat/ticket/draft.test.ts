import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fresh, freePart, merged, MOST_PARTS, nextVersion, packed, unpacked, withTickets, type Draft, type Receipt } from './draft.ts'
import { blank, type Form } from './form.ts'

const draft = (...forms: Partial<Form>[]): Draft => ({ matters: forms.map((form, n) => ({ part: n + 1, form: { ...blank(), ...form }, filed: null })) })
const RECEIPT: Receipt = { id: '01', title: 't', case_number: 'GD1', query_code: 'Q', state: 'delivered', error: '' }

test('what is packed comes back', () => {
  const typed = draft({ content: '垃圾', title: 'x', title_typed: true, related: ['GD1'], anonymous: true }, { kind: 'help' })
  assert.deepEqual(unpacked(JSON.parse(JSON.stringify(packed(typed)))), typed)
})

test('a filed matter is not kept: it is a ticket now', () => {
  const typed = draft({ content: 'one' }, { content: 'two' })
  typed.matters[0]!.filed = RECEIPT
  assert.deepEqual(unpacked(packed(typed))!.matters.map((one) => one.part), [2])
})

test('what is no draft of ours is nothing, and wrong fields of one are left out', () => {
  for (const raw of [null, 3, 'x', [], {}, { matters: [] }, { matters: [{ part: 0 }, { part: 'x' }, { part: 1e9 }] }]) assert.equal(unpacked(raw), null)
  const form = unpacked({ matters: [{ part: 1, form: { content: 5, title: 'ok', nobody: 'x', related: [1], code: 'x', anonymous: 'yes' } }] })!.matters[0]!.form
  assert.deepEqual(form, { ...blank(), title: 'ok' })
})

test('a field changed on one side takes that side’s value, on both mine', () => {
  const base = draft({ content: 'a', address: 'a', name: 'a' })
  const mine = draft({ content: 'mine', address: 'a', name: 'mine' })
  const theirs = draft({ content: 'a', address: 'theirs', name: 'theirs' })
  const form = merged(base, mine, theirs).matters[0]!.form
  assert.deepEqual([form.content, form.address, form.name], ['mine', 'theirs', 'mine'])
})

test('typing before the server’s draft came loses neither', () => {
  const first = draft({ phones: '138' })
  const form = merged(first, draft({ phones: '138', content: '刚打的' }), draft({ phones: '138', address: '以前的', content: '' })).matters[0]!.form
  assert.deepEqual([form.content, form.address, form.phones], ['刚打的', '以前的', '138'])
})

test('a title and whether it was typed stay together', () => {
  const form = merged(draft({}), draft({ title: 'mine', title_typed: true }), draft({ title: '', title_typed: false, content: 'x' })).matters[0]!.form
  assert.deepEqual([form.title, form.title_typed, form.content], ['mine', true, 'x'])
  const other = merged(draft({}), draft({}), draft({ title: 'theirs', title_typed: true })).matters[0]!.form
  assert.deepEqual([other.title, other.title_typed], ['theirs', true])
})

test('matters of both sides stay, and a filed one stays filed', () => {
  const mine = draft({ content: 'one' }, { content: 'two' })
  mine.matters[0]!.filed = RECEIPT
  const all = merged(draft({}), mine, draft({ content: 'old' }))
  assert.deepEqual(all.matters.map((one) => [one.part, one.filed?.id ?? '']), [[1, '01'], [2, '']])
})

test('a matter whose filing the page did not hear becomes its receipt', () => {
  const known = withTickets(draft({ content: ' same ' }), new Map([[1, { receipt: RECEIPT, content: 'same' }]]))
  assert.deepEqual(known.matters.map((one) => [one.part, one.filed?.id]), [[1, '01']])
})

test('another matter under a taken number moves on, an empty one is nobody’s', () => {
  const moved = withTickets(draft({ content: 'new' }), new Map([[1, { receipt: RECEIPT, content: 'old' }]]))
  assert.deepEqual(moved.matters.map((one) => [one.part, one.filed?.id ?? one.form.content]), [[1, '01'], [2, 'new']])
  assert.equal(withTickets(draft({ phones: '138' }), new Map([[1, { receipt: RECEIPT, content: 'old' }]])).matters.length, 1)
})

test('numbers of matters and versions grow, and matters end', () => {
  assert.equal(freePart(fresh(blank()).matters), 2)
  assert.equal(freePart([{ part: MOST_PARTS, form: blank(), filed: null }]), 0)
  assert.equal(nextVersion(3, 7), 8)
  assert.equal(nextVersion(), 1)
})
