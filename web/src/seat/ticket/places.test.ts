import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blank, toTicket } from './form.ts'
import { askedPlace, filled, likely, pointed, spotted, strayed, type Place } from './places.ts'

const PLACE: Place = {
  name: '湖滨南路', type: 'road', alias: '', crossing: '', district: '思明区', street: '筼筜街道', community: '官任社区居委会',
  division: '350203008001', grid_code: '350203008001003', lng: 118.1, lat: 24.472, crs: 'WGS84', accuracy: 'D', source: '', sample: true, score: 99,
}

test('a chosen place fills address, area, codes and coordinates, and the ticket carries them', () => {
  const form = { ...blank(), address: 'hbnl' }
  Object.assign(form, filled(form, PLACE, ''))
  assert.equal(form.address, '湖滨南路')
  const place = toTicket({ ...form, kind: 'help', content: '积水' }).place
  assert.deepEqual(place, {
    address_text: '湖滨南路', address_std: '思明区筼筜街道湖滨南路', lng: 118.1, lat: 24.472, crs: 'WGS84', accuracy: 'D',
    grid_code: '350203008001003', division: '350203008001', area: ['思明区', '筼筜街道', '官任社区居委会'],
  })
})

test("the citizen's own words stay where they say more", () => {
  const form = { ...blank(), address: '湖滨南路388号门口' }
  assert.equal(filled(form, PLACE, '').address, '湖滨南路388号门口')
  assert.equal(filled({ address: '湖滨' }, PLACE, '').address, '湖滨南路')
})

test('a crossing fills no coordinates', () => {
  const form = filled({ address: '湖滨南路和湖滨东路路口' }, { ...PLACE, crossing: '湖滨东路' }, '湖滨南路与湖滨东路路口')
  assert.deepEqual([form.lng, form.grid_code, form.community, form.district], ['', '', '', '思明区'])
})

test('typing another address takes back what the chosen one filled', () => {
  const form = { ...blank(), address: '湖滨' }
  Object.assign(form, filled(form, PLACE, ''))
  assert.equal(strayed(form), null)
  form.address = '湖滨南路 12 号'
  assert.equal(strayed(form), null)
  form.address = '厦禾路'
  Object.assign(form, strayed(form))
  assert.deepEqual([form.grid_code, form.division, form.district, form.lng, form.crs, form.place], ['', '', '', '', '', ''])
  assert.equal(strayed(form), null)
})

test('coordinates typed by hand give the cell, and no area over a typed one', () => {
  const spot = { grid_code: '350203008001003', sample: false, division: '350203008001', area: ['思明区', '筼筜街道'], lng: 118.1, lat: 24.47, odd: '' }
  assert.equal(spotted(blank(), spot).street, '筼筜街道')
  assert.equal(spotted({ ...blank(), district: '湖里区' }, spot).district, undefined)
})

test('one sign asks nothing', () => {
  assert.equal(askedPlace(' 湖 '), '')
  assert.equal(askedPlace('湖滨'), '湖滨')
  assert.equal(askedPlace('x'.repeat(200)).length, 80)
})

test('a point of the map takes the place of what was chosen', () => {
  const form = { ...blank(), address: '湖滨' }
  Object.assign(form, filled(form, PLACE, ''))
  Object.assign(form, pointed(118.1234567, 24.5, 17))
  assert.deepEqual([form.lng, form.lat, form.crs, form.accuracy, form.grid_code, form.place, form.address], ['118.123457', '24.500000', 'WGS84', 'C', '', '', '湖滨南路'])
  assert.equal(pointed(118.1, 24.5, 10).accuracy, 'D')
})

test('what is far less alike than the best is not offered', () => {
  const scored = [99, 80, 60].map((score) => ({ ...PLACE, score }))
  assert.deepEqual(likely(scored).map((one) => one.score), [99, 80])
  assert.deepEqual(likely([]), [])
  assert.equal(likely([PLACE, { ...PLACE, score: 50, crossing: '湖滨东路' }]).length, 2)
})
