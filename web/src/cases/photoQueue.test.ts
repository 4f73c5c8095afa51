// Photos that arrived are known after the page was opened again, until a report named them.
import assert from 'node:assert/strict'
import { test } from 'node:test'

const rows = new Map<string, Record<string, unknown>>()

/** As much of IndexedDB as is used: each request is done a moment later, its transaction after it. */
function soon<T>(result: T, after: () => void = () => undefined): { result: T; onsuccess?: () => void } {
  const asked: { result: T; onsuccess?: () => void } = { result }
  setImmediate(() => { asked.onsuccess?.(); after() })
  return asked
}
const database = {
  close: () => undefined,
  transaction: () => {
    const transaction: { oncomplete?: () => void; objectStore: () => unknown } = {
      objectStore: () => ({
        getAll: () => soon([...rows.values()].map((row) => ({ ...row })), () => transaction.oncomplete?.()),
        put: (row: { id: string }) => { rows.set(row.id, { ...row }); return soon(row.id, () => transaction.oncomplete?.()) },
        delete: (id: string) => { rows.delete(id); return soon(undefined, () => transaction.oncomplete?.()) },
      }),
    }
    return transaction
  },
}
let sent = 0
Object.assign(globalThis, {
  window: Object.assign(globalThis, { addEventListener: () => undefined }),
  indexedDB: { open: () => soon(database) },
  fetch: (_path: string, how: { headers: Record<string, string> }) => {
    sent += 1
    return Promise.resolve(new Response(JSON.stringify({ sha256: how.headers['X-Sha256'] }), { status: 200 }))
  },
})
const { addPhoto, arrived, beginQueue, forgetKept, queue } = await import('./photoQueue.ts')

test('what arrived is named after a reload, without its bytes, and not sent again', async () => {
  await beginQueue('worker')
  await addPhoto('XM-1', new Blob(['a picture'], { type: 'image/jpeg' }))
  for (let turn = 0; turn < 200 && arrived('XM-1').length === 0; turn++) await new Promise(setImmediate)
  const [hash] = arrived('XM-1')
  assert.ok(hash)
  assert.deepEqual([...rows.values()].map(({ number, sha256, state, blob }) => ({ number, sha256, state, blob })), [{ number: 'XM-1', sha256: hash, state: 'kept', blob: null }])

  queue.splice(0)
  await beginQueue('worker')
  assert.deepEqual(arrived('XM-1'), [hash])
  assert.deepEqual(arrived('XM-2'), [])
  assert.equal(sent, 1)

  await forgetKept('XM-1')
  assert.deepEqual([arrived('XM-1'), rows.size], [[], 0])
  await beginQueue('worker')
  assert.deepEqual(arrived('XM-1'), [])
})
