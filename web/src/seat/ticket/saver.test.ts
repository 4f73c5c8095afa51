// The saver against a server that is there, away, ahead, or refuses; time is the test's own.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { fresh, packed, unpacked, type Draft } from './draft.ts'
import { blank } from './form.ts'
import { DraftSaver, type Says } from './saver.ts'

class FakeServer {
  standing: { version: number; fields: unknown } | null = null
  puts: number[] = []
  fault: { status: number; passing: boolean; message: string } | null = null
  async get() {
    if (this.fault) throw this.fault
    return this.standing
  }
  async put(version: number, fields: unknown) {
    if (this.fault) throw this.fault
    if (this.standing && version <= this.standing.version) throw { status: 409, passing: false, message: 'older' }
    this.puts.push(version)
    this.standing = { version, fields: JSON.parse(JSON.stringify(fields)) }
    return { version }
  }
}
class FakeShelf {
  text: string | null = null
  read() { return this.text }
  write(text: string) { this.text = text }
  drop() { this.text = null }
}
const AWAY = { status: 0, passing: true, message: 'nobody' }

let server: FakeServer, shelf: FakeShelf
const page = () => {
  let draft: Draft = fresh(blank())
  const says: Says = { saving: 'loading', at: 0, trouble: '' }
  const saver = new DraftSaver(() => draft, (made) => (draft = made), says, server, shelf)
  const form = () => draft.matters[0]!.form
  const type = (content: string) => {
    form().content = content
    saver.touched()
  }
  return { saver, says, form, type, draft: () => draft }
}
function draftOf(content: string): Draft {
  const draft = fresh(blank())
  draft.matters[0]!.form.content = content
  return draft
}
/** Let promises run, then the clock, then promises again. */
async function pass(milliseconds: number) {
  for (let n = 0; n < 10; n += 1) await Promise.resolve()
  mock.timers.tick(milliseconds)
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
}
const content = () => unpacked(server.standing?.fields)?.matters[0]?.form.content

beforeEach(() => {
  server = new FakeServer()
  shelf = new FakeShelf()
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
})
afterEach(() => mock.timers.reset())

test('many keystrokes are one saving, and it says so', async () => {
  const { saver, says, type } = page()
  await saver.load()
  assert.equal(says.saving, 'saved')
  for (const text of ['l', 'lu', 'lud']) type(text)
  assert.equal(says.saving, 'saving')
  assert.ok(shelf.text)
  await pass(400)
  assert.deepEqual([server.puts, content(), says.saving, shelf.text], [[1], 'lud', 'saved', null])
})

test('who never pauses is saved all the same', async () => {
  const { saver, type } = page()
  await saver.load()
  for (let n = 0; n < 12; n += 1) {
    type('x'.repeat(n + 1))
    await pass(300)
  }
  assert.ok(server.puts.length >= 1)
})

test('what was typed after a saving whose answer was lost is the newer one', async () => {
  server.standing = { version: 6, fields: packed(draftOf('路灯')) }
  shelf.text = JSON.stringify({ version: 6, at: 1, fields: packed(draftOf('路灯不亮')) })
  const { saver, form } = page()
  await saver.load()
  assert.equal(form().content, '路灯不亮')
  await pass(400)
  assert.deepEqual([server.puts, content()], [[7], '路灯不亮'])
})

test('typing during a saving is saved after it', async () => {
  const { saver, says, type } = page()
  await saver.load()
  type('one')
  saver.flush()
  type('two')
  await pass(0)
  await pass(400)
  assert.deepEqual([content(), says.saving, server.puts], ['two', 'saved', [1, 2]])
})

test('a new page begins where the old one stopped, with a higher version', async () => {
  server.standing = { version: 7, fields: packed({ matters: [{ part: 1, form: { ...blank(), content: 'before' }, filed: null }] }) }
  const { saver, form, type } = page()
  await saver.load()
  assert.equal(form().content, 'before')
  type('after')
  await pass(400)
  assert.deepEqual(server.puts, [8])
})

test('what the server never took comes back from the browser and goes to the server', async () => {
  const first = page()
  await first.saver.load()
  server.fault = AWAY
  first.type('only here')
  await pass(400)
  assert.equal(first.says.saving, 'away')
  server.fault = null
  const second = page()
  await second.saver.load()
  assert.equal(second.form().content, 'only here')
  await pass(400)
  assert.deepEqual([content(), second.says.saving, shelf.text], ['only here', 'saved', null])
})

test('a server that comes back takes what was typed meanwhile', async () => {
  const { saver, says, type } = page()
  await saver.load()
  server.fault = AWAY
  type('a')
  await pass(400)
  assert.equal(says.saving, 'away')
  server.fault = null
  await pass(1000)
  assert.deepEqual([content(), says.saving], ['a', 'saved'])
})

test('a page opened while the server is away waits for it, and keeps what is typed', async () => {
  server.fault = AWAY
  const { saver, says, type } = page()
  const loading = saver.load()
  await pass(0)
  assert.equal(says.saving, 'away')
  type('typed in the dark')
  server.fault = null
  await pass(1000)
  await loading
  await pass(400)
  assert.deepEqual([content(), says.saving], ['typed in the dark', 'saved'])
})

test('a later saving from elsewhere is merged, never overwritten', async () => {
  const { saver, says, form, type } = page()
  await saver.load()
  type('mine')
  await pass(400)
  server.standing = { version: 5, fields: packed({ matters: [{ part: 1, form: { ...blank(), content: 'mine', address: 'theirs' }, filed: null }] }) }
  type('mine again')
  await pass(400)
  await pass(400)
  assert.deepEqual([form().content, form().address, says.saving, server.standing.version], ['mine again', 'theirs', 'saved', 6])
})

test('the server has a later one than this browser kept: the server’s counts', async () => {
  shelf.text = JSON.stringify({ version: 2, fields: { v: 1, matters: [{ part: 1, form: { content: 'old' } }] } })
  server.standing = { version: 9, fields: { v: 1, matters: [{ part: 1, form: { content: 'new' } }] } }
  const { saver, form } = page()
  await saver.load()
  assert.equal(form().content, 'new')
})

test('what the server will not take is kept here, and said', async () => {
  const { saver, says, type } = page()
  await saver.load()
  type('字'.repeat(6000))
  await pass(400)
  assert.equal(says.saving, 'refused')
  assert.ok(shelf.text)
  type('short')
  await pass(400)
  assert.equal(says.saving, 'saved')
})

test('after filing, only the matters still open are saved anew', async () => {
  const { saver, says, type, draft } = page()
  await saver.load()
  type('one')
  await pass(400)
  draft().matters[0]!.filed = { id: '1', title: '', case_number: '', query_code: '', state: 'waiting', error: '' }
  saver.dropped()
  await pass(400)
  assert.deepEqual([server.puts, says.saving], [[1], 'saved'])
  draft().matters.push({ part: 2, form: { ...blank(), content: 'two' }, filed: null })
  saver.touched()
  await pass(400)
  assert.deepEqual([server.puts, unpacked(server.standing!.fields)!.matters[0]!.part], [[1, 2], 2])
})

test('a leaving page sends what is not saved yet', async () => {
  const { saver, type } = page()
  await saver.load()
  type('last words')
  saver.flush(true)
  await pass(0)
  assert.equal(content(), 'last words')
})
