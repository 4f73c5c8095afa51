import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { onProof, Refused, send } from './restClient.ts'

let answers: number[] = []
let asked: string[] = []
beforeEach(() => {
  asked = []
  Object.assign(globalThis, {
    window: globalThis,
    fetch: (path: string, how: RequestInit) => {
      asked.push(`${how.method} ${path} ${String(how.body)}`)
      const status = answers.shift() ?? 200
      const body = status === 428 ? { error: 'proof', message: 'again' } : { done: true }
      return Promise.resolve(new Response(JSON.stringify(body), { status }))
    },
  })
})

test('what wants the password again is sent once more when it was given', async () => {
  let questions = 0
  onProof(() => Promise.resolve(++questions > 0))
  answers = [428, 200]
  assert.deepEqual(await send('PUT', '/api/accounts/1003', { locked: true }), { done: true })
  assert.equal(questions, 1)
  assert.deepEqual(asked, Array(2).fill('PUT /api/accounts/1003 {"locked":true}'))
})

test('not when it was not given, and never a third time', async () => {
  onProof(() => Promise.resolve(false))
  answers = [428, 200]
  await assert.rejects(send('PUT', '/api/accounts/1003', {}), (error: Refused) => error.status === 428 && error.message === 'again')
  assert.equal(asked.length, 1)
  onProof(() => Promise.resolve(true))
  answers = [428, 428, 200]
  await assert.rejects(send('PUT', '/api/accounts/1003', {}), (error: Refused) => error.status === 428)
  assert.equal(asked.length, 3)
})
