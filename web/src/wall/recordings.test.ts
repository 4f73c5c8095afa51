// A call with several recordings: which is heard first, and where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audible, firstAudible, recordingPath } from './recordings.ts'

test('the first part that can be heard is opened', () => {
  assert.equal(firstAudible([{ part: 1, state: 'dropped' }, { part: 2, state: 'raw' }, { part: 3, state: 'shelved' }]), 3)
  assert.equal(firstAudible([{ part: 1, state: 'failed' }]), 1)
  assert.equal(firstAudible([]), 1)
})

test('there is something to hear while one part has sound', () => {
  assert.equal(audible([{ state: 'failed' }, { state: 'raw' }]), true)
  assert.equal(audible([{ state: 'failed' }, { state: 'dropped' }]), false)
  assert.equal(audible([]), false)
})

test('its path is the call, whatever the call is called', () => {
  assert.equal(recordingPath('xm1-1.0'), '/api/calls/xm1-1.0/recording')
  assert.equal(recordingPath('a/b?c'), '/api/calls/a%2Fb%3Fc/recording')
})
