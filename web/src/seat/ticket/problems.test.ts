import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldOf, sorted } from './problems.ts'

test('paths of the server name fields of the screen', () => {
  const pairs = { title: 'title', 'person.phones.0': 'phones', 'subject.code': 'code', 'place.lat': 'lat', 'place.area.1': 'area', 'external_ids.110': 'external_110', 'external_ids.other': 'external_other', 'knowledge.2': 'knowledge', merged_into: 'related' }
  for (const [path, field] of Object.entries(pairs)) assert.equal(fieldOf(path), field)
})

test('the first field on the screen is gone to; what has no field is said apart', () => {
  const found = sorted([
    { field: 'content', message: 'c', allowed: [] }, { field: 'kind', message: 'k', allowed: ['help'] },
    { field: 'person.phones.0', message: 'p', allowed: [] }, { field: 'person.phones.1', message: 'q', allowed: [] }, { field: 'legal_hold', message: 'no', allowed: [] },
  ])
  assert.equal(found.first, 'kind')
  assert.deepEqual(found.at.phones, { message: 'p q', allowed: [] })
  assert.deepEqual(found.rest, ['legal_hold: no'])
  assert.equal(sorted([]).first, '')
})
