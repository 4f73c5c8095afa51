import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgetRemains, remains } from './unsavedDrafts.ts'

function store() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
    key: (place: number) => [...kept.keys()][place] ?? null,
    get length() {
      return kept.size
    },
  }
}

const NOW = Date.parse('2026-11-29T00:00:00Z')
const text = (days: number) => JSON.stringify({ at: NOW - days * 86_400_000, words: '王小明 13800000001' })

test('what one person typed is not taken for what the next one types at that call', () => {
  const kept = store()
  remains(kept, '1001', 'xm1-1.1').write(text(0))
  assert.equal(remains(kept, '1002', 'xm1-1.1').read(), null)
  assert.equal(remains(kept, '1001', 'xm1-1.1').read(), text(0))
  assert.equal(remains(kept, '100', '1/xm1-1.1').read(), null)
})

test('nothing is left when its person signs out', () => {
  const kept = store()
  kept.setItem('hotline.wall.theme', 'dark')
  kept.setItem('hotline.draft.xm1-1.1', text(0)) // as an older version named it
  remains(kept, '1001', 'xm1-1.2').write(text(0))
  remains(kept, '1001', 'xm1-1.3').write(text(0))
  forgetRemains(kept, '', NOW)
  assert.deepEqual([kept.length, kept.getItem('hotline.wall.theme')], [1, 'dark'])
})

test('who signs in keeps the own words, for two weeks, and nobody else does', () => {
  const kept = store()
  kept.setItem('hotline.draft.xm1-1.1', text(0))
  remains(kept, '1001', 'a').write(text(1))
  remains(kept, '1001', 'b').write(text(15))
  remains(kept, '10011', 'c').write(text(1))
  forgetRemains(kept, '1001', NOW)
  assert.deepEqual([kept.length, remains(kept, '1001', 'a').read()], [1, text(1)])
})
