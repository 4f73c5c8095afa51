import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choicesAt, divisionOf, type Division } from './areas.ts'

const rows: Division[] = [
  { code: '350203', level: 'district', name: '思明区', parent: '350200' },
  { code: '350206', level: 'district', name: '湖里区', parent: '350200' },
  { code: '350203008', level: 'street', name: '筼筜街道', parent: '350203' },
  { code: '350206003', level: 'street', name: '禾山街道', parent: '350206' },
  { code: '350203008001', level: 'community', name: '龙山社区', parent: '350203008' },
  { code: '350206003001', level: 'community', name: '龙山社区', parent: '350206003' },
]
const area = (district = '', street = '', community = '') => ({ district, street, community })

test('a street is chosen below its district, and anywhere without one', () => {
  assert.deepEqual(choicesAt(rows, 'district', area()), ['思明区', '湖里区'])
  assert.deepEqual(choicesAt(rows, 'street', area('思明区')), ['筼筜街道'])
  assert.deepEqual(choicesAt(rows, 'street', area()), ['筼筜街道', '禾山街道'])
  assert.deepEqual(choicesAt(rows, 'community', area('湖里区', '禾山街道')), ['龙山社区'])
})

test('names are no keys: the code is of what is known without doubt', () => {
  assert.equal(divisionOf(rows, area('', '', '龙山社区')), '')
  assert.equal(divisionOf(rows, area('思明区', '', '龙山社区')), '350203008001')
  assert.equal(divisionOf(rows, area('思明区', '没有的街道', '龙山社区')), '350203000000')
  assert.equal(divisionOf(rows, area('思明区', '筼筜街道')), '350203008000')
  assert.equal(divisionOf(rows, area()), '')
})
