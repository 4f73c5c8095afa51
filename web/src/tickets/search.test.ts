import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked, blank, meant } from './search.ts'

test('the box is read as what a citizen says', () => {
  for (const text of ['13806000012', '138 0600 0012', '+86 138-0600-0012', '0592-2212319', '12345']) assert.equal(meant(text), 'number', text)
  for (const text of ['XM20261001000017', '20261001000017', '01ARZ3NDEKTSV4RRFFQ69G5FAV']) assert.equal(meant(text), 'case', text)
  for (const text of ['湖滨南路 积水', '31号', 'abc', '路灯', '1001', '2026 积水']) assert.equal(meant(text), 'words', text)
  assert.equal(meant('  '), '')
})

test('numbers and words go in headers, never in the address', () => {
  const number = asked({ ...blank(), box: ' 138 0600 0012 ', state: 'open', agent: '1001' }, false)
  assert.deepEqual(number.header, ['X-Hotline-Number', '138 0600 0012'])
  assert.deepEqual(Object.fromEntries(Object.entries(number.query).filter(([, value]) => value)), { state: 'open' })
  const words = asked({ ...blank(), box: '路灯', agent: '1001', from: '2026-11-01', to: '2026-11-02' }, true)
  assert.deepEqual(words.header, ['X-Hotline-Search', '路灯'])
  assert.equal(words.query.agent, '1001')
  assert.equal(Date.parse(words.query.until!) - Date.parse(words.query.since!), 2 * 86_400_000)
  assert.deepEqual(asked({ ...blank(), box: 'XM20261001000017' }, true).header, null)
})
