import assert from 'node:assert/strict'
import { test } from 'node:test'
import { merging, relating } from './ties.ts'

test('merged into one, taken back, and never both', () => {
  let tied = relating({ merged_into: '', related: [] }, 'A')
  assert.deepEqual(tied, { merged_into: '', related: ['A'] })
  tied = merging(tied, 'A')
  assert.deepEqual(tied, { merged_into: 'A', related: [] })
  assert.deepEqual(merging(tied, 'A'), { merged_into: '', related: [] })
  assert.deepEqual(relating(tied, 'A'), { merged_into: '', related: ['A'] })
  assert.deepEqual(merging(tied, 'B').merged_into, 'B')
})

test('no more than the server takes', () => {
  let tied = { merged_into: '', related: [] as string[] }
  for (let n = 0; n < 25; n += 1) tied = relating(tied, `C${n}`)
  assert.equal(tied.related.length, 20)
  assert.equal(tied.related.at(-1), 'C24')
})
