import assert from 'node:assert/strict'
import { test } from 'node:test'
import { another, areaOf, blank, prefilled, titleOf, toTicket, type Call, type Code, type Party } from './form.ts'

const RUBBISH: Code = { scheme: 'CJ/T 214', version: '2007', kind: 'event', code: '0102', name: '暴露垃圾', major: '01', major_name: '市容环境', confidence: 'local' }
const CALL = { call: 'a-1', direction: 'inbound', caller: '13800138000', caller_name: '', origin: '', dialled: '12319', partner: '', reference: '' } as Call

test('the title is where and what, cut where the ledger would', () => {
  const form = { ...blank(), address: ' 莲花北路23号 ', code: RUBBISH, content: '有人乱倒，很臭' }
  assert.equal(titleOf(form), '莲花北路23号暴露垃圾')
  assert.equal(titleOf({ ...form, code: null }), '莲花北路23号有人乱倒')
  assert.equal(titleOf({ ...form, code: null, address: '' }), '有人乱倒')
  assert.equal(titleOf(blank()), '')
  const long = titleOf({ ...form, address: '厦'.repeat(80) })
  assert.equal([...long].length, 50)
  assert.ok(long.endsWith('暴露垃圾'))
})

test('a title that was typed stays as typed', () => {
  assert.equal(titleOf({ ...blank(), title: '路灯不亮', title_typed: true, code: RUBBISH }), '路灯不亮')
})

test('district, street and community are found where the address names them', () => {
  assert.deepEqual(areaOf('福建省厦门市思明区嘉莲街道莲花社区莲花北路23号'), { district: '思明区', street: '嘉莲街道', community: '莲花社区' })
  assert.deepEqual(areaOf('厦门市 集美区 后溪镇 后溪村 12号'), { district: '集美区', street: '后溪镇', community: '后溪村' })
  assert.deepEqual(areaOf('思明区莲花北路23号'), { district: '思明区', street: '', community: '' })
  assert.deepEqual(areaOf('瑞景小区3号楼'), { district: '', street: '', community: '' })
  assert.deepEqual(areaOf(''), { district: '', street: '', community: '' })
})

test('the call brings the number and the partner’s reference, but no masked number', () => {
  assert.equal(prefilled(CALL).phones, '13800138000')
  assert.equal(prefilled({ ...CALL, caller: '138****8000' }).phones, '')
  assert.equal(prefilled(CALL, { number: '', area: '', carrier: '', kind: 'hidden' } as Party).phones, '')
  assert.equal(prefilled({ ...CALL, direction: 'outbound', caller: '12319', dialled: '13900139000' }).phones, '13900139000')
  const handed = prefilled({ ...CALL, caller: '110', origin: '13700137000', partner: '110', reference: 'J20261124' })
  assert.equal(handed.phones, '13700137000')
  assert.equal(handed.external_110, 'J20261124')
})

test('what says nothing is not sent', () => {
  assert.deepEqual(toTicket({ ...blank(), kind: 'complaint', title: 'x', title_typed: true, content: ' y ' }), {
    kind: 'complaint', title: 'x', content: 'y', work_type: 'general', urgency: 'normal',
  })
})

test('everything that was typed is sent under the contract’s names', () => {
  const ticket = toTicket({
    ...blank(), kind: 'report', content: '施工', code: RUBBISH, part_id: '7', address: '湖里区', district: '湖里区', lng: '118.1', lat: '24.5', crs: 'WGS84',
    name: '陈', gender: 'male', phones: '13800138000， 0592-5551234', unit: '城管局', knowledge: 'K1 K2', related: ['GD1'], merged_into: 'GD2',
    external_12345: 'FZ1', confidential: true, answered_directly: true,
  })
  assert.deepEqual(ticket.person, { name: '陈', gender: 'male', phones: ['13800138000', '0592-5551234'] })
  assert.deepEqual(ticket.subject, { scheme: 'CJ/T 214', version: '2007', code: '0102', kind: 'event', part_id: '7' })
  assert.deepEqual(ticket.place, { address_text: '湖里区', lng: 118.1, lat: 24.5, crs: 'WGS84', area: ['湖里区'] })
  assert.deepEqual(ticket.external_ids, { '12345': 'FZ1' })
  assert.deepEqual([ticket.knowledge, ticket.related_cases, ticket.merged_into, ticket.unit_suggested], [['K1', 'K2'], ['GD1'], 'GD2', '城管局'])
  assert.deepEqual([ticket.confidential, ticket.anonymous, ticket.answered_directly], [true, undefined, true])
})

test('a phone with blanks in it is one phone, however it was typed or pasted', () => {
  const of = (phones: string) => toTicket({ ...blank(), kind: 'help', content: 'x', phones }).person?.phones
  assert.deepEqual(of('138 0000 0001'), ['138 0000 0001'])
  assert.deepEqual(of('+86 138-0000-0001；(0592) 200 0001'), ['+86 138-0000-0001', '(0592) 200 0001'])
  assert.deepEqual(of('\u202d13800000001\u202c'), ['\u202d13800000001\u202c'])
})

test('who is anonymous has no name in the ticket', () => {
  const ticket = toTicket({ ...blank(), kind: 'help', content: 'x', name: '陈', gender: 'female', phones: '13800138000', anonymous: true })
  assert.deepEqual(ticket.person, { phones: ['13800138000'] })
})

test('degrees that are no number go as they are: the server names the field', () => {
  assert.equal(toTicket({ ...blank(), lng: '118度' }).place!.lng as unknown, '118度')
})

test('another matter of the same citizen', () => {
  const next = another({ ...blank(), name: '陈', phones: '1', content: 'x', code: RUBBISH, kind: 'help' })
  assert.deepEqual([next.name, next.phones, next.content, next.code, next.kind], ['陈', '1', '', null, ''])
})
