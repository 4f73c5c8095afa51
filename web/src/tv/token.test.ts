import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEPT, patience, tokenOf } from './token.ts'

const store = (first: Record<string, string> = {}) => {
  const all = { ...first }
  return { all, getItem: (key: string) => all[key] ?? null, setItem: (key: string, value: string) => void (all[key] = value) }
}
const TOKEN = `hlp_${'a'.repeat(43)}`

test('a token behind the # is kept, and goes from the address', () => {
  const kept = store()
  let forgotten = 0
  assert.equal(tokenOf(`#${TOKEN}`, kept, () => (forgotten += 1)), TOKEN)
  assert.equal(kept.all[KEPT], TOKEN)
  assert.equal(forgotten, 1)
  assert.equal(tokenOf('', kept, () => (forgotten += 1)), TOKEN)
  assert.equal(forgotten, 1)
})

test('what is no token changes nothing', () => {
  const kept = store({ [KEPT]: TOKEN })
  for (const hash of ['', '#', '#hlp_short', `#${TOKEN}"><script>`, `#x${TOKEN}`]) assert.equal(tokenOf(hash, kept, () => assert.fail()), TOKEN)
  assert.equal(tokenOf('', store(), () => assert.fail()), '')
})

test('tries in vain grow rarer and never end', () => {
  assert.deepEqual([0, 1, 2, 9, 1000].map(patience), [2_000, 4_000, 8_000, 30_000, 30_000])
})
