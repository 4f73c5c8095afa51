import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blank } from './form.ts'
import { matterOf } from './repeats.ts'

test('an empty form says nothing', () => {
  assert.deepEqual(matterOf(blank()), {})
})

test('what is unfinished is left out', () => {
  const form = { ...blank(), lng: '118.', lat: '', crs: 'WGS84', part_id: '井盖', address: ' 湖滨南路 ' }
  assert.deepEqual(matterOf(form), { address: '湖滨南路' })
  assert.deepEqual(matterOf({ ...form, lat: '24.5', part_id: 'A-1' }), { address: '湖滨南路', part_id: 'A-1', lng: 118, lat: 24.5, crs: 'WGS84' })
  assert.deepEqual(matterOf({ ...form, lat: 'x' }).lng, undefined)
})
