import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstPage, open, PAGES } from './pages.ts'

const may = (...rights: string[]) => (right: string) => rights.includes(right)
const names = (...rights: string[]) => PAGES.filter((page) => open(page, may(...rights))).map((page) => page.name)

test('each role has its pages, and none is empty', () => {
  assert.deepEqual(names('seat', 'file', 'callbacks'), ['seat', 'callbacks', 'calls', 'tickets', 'recordings', 'knowledge'])
  assert.deepEqual(names('seat', 'calls_all', 'tickets_all', 'recordings_all', 'wall', 'supervise', 'sessions_all', 'dead_letters'), ['seat', 'watch', 'callbacks', 'calls', 'tickets', 'recordings', 'wall', 'admin'])
  assert.deepEqual(names('calls_all', 'tickets_all', 'recordings_all', 'wall', 'audit'), ['callbacks', 'calls', 'tickets', 'recordings', 'wall', 'admin'])
  assert.deepEqual(names('wall', 'alarms', 'accounts', 'audit', 'health'), ['wall', 'admin'])
})

test('who has no seat lands where there is work', () => {
  assert.equal(firstPage(may('seat')), '/')
  assert.equal(firstPage(may('calls_all', 'wall', 'audit')), '/callbacks')
  assert.equal(firstPage(may('wall', 'accounts')), '/admin')
  assert.equal(firstPage(may('wall')), '/wall')
  assert.equal(firstPage(may()), '/')
})
