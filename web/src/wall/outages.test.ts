// When trunks did not answer today: windows, and whose they are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ofLine, windows } from './outages.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 29, 1, minute)).toISOString()
const outage = (trunk: string, from: number, to: number | null, ...lines: string[]) => ({
  trunk, name: trunk.toUpperCase(), lines, began_at: at(from), ended_at: to === null ? null : at(to),
})
const minute = (text: string) => text.slice(14, 16)
const said = (text: string) => [...text.matchAll(/:(\d\d):\d\d/g)].map((found) => found[1])

test('windows are said with their ends, the newest of many', () => {
  assert.equal(windows([]), '')
  const two = windows([outage('t', 1, 2), outage('t', 3, null)])
  assert.deepEqual(said(two), [1, 2, 3].map((one) => minute(at(one))))
  assert.ok(two.endsWith('–'))
  const many = windows([1, 3, 5, 7].map((from) => outage('t', from, from + 1)))
  assert.ok(many.startsWith('…'))
  assert.deepEqual(said(many), [3, 4, 5, 6, 7, 8].map((one) => minute(at(one))))
})

test('a line is told of the trunks that carried its callers, and of those nobody knows', () => {
  const all = [outage('a', 1, 2, 'citizen'), outage('b', 3, 4, 'partner'), outage('c', 5, 6)]
  assert.equal(ofLine(all, 'citizen'), `A ${windows(all.slice(0, 1))}; C ${windows(all.slice(2))}`)
  assert.equal(ofLine(all.slice(0, 1), 'partner'), '')
})
