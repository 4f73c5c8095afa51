// Both catalogues hold the same keys and each its own language: no Latin sentence on a Chinese page, no Chinese on an English one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as accounts from './accounts/words.ts'
import * as admin from './admin/words.ts'
import * as callbacks from './callbacks/words.ts'
import * as calls from './calls/words.ts'
import * as cases from './cases/words.ts'
import * as idle from './idle/words.ts'
import * as login from './login/words.ts'
import * as my from './my/words.ts'
import * as phone from './phone/words.ts'
import * as player from './player/words.ts'
import * as pop from './seat/pop/words.ts'
import * as ticket from './seat/ticket/words.ts'
import * as seat from './seat/words.ts'
import * as wall from './wall/words.ts'
import * as nuisance from './nuisance/words.ts'
import * as switches from './switches/words.ts'
import * as watch from './watch/words.ts'
import * as app from './words.ts'

const PAGES = { app, login, seat, phone, ticket, pop, my, callbacks, calls, cases, player, idle, nuisance, switches, wall, watch, admin, accounts }
/** What is written alike in both: the other language's own name. */
const ALIKE = new Set(['app.languages.zh', 'app.languages.en', 'cases.language'])
const HAN = /\p{Script=Han}/u
const LATIN = /[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}/

function texts(words: unknown, path: string): [string, string][] {
  if (typeof words === 'string') return [[path, words]]
  return Object.entries(words as Record<string, unknown>).flatMap(([name, inside]) => texts(inside, `${path}.${name}`))
}
const every = (language: 'zh' | 'en') => Object.entries(PAGES).flatMap(([name, words]) => texts(words[language], name))
const bare = (text: string) => text.replace(/\{[^}]*\}/g, '')

test('no Latin sentence stands in the Chinese catalogue, no Chinese in the English one', () => {
  assert.deepEqual(every('zh').filter(([path, text]) => !ALIKE.has(path) && LATIN.test(bare(text))), [])
  assert.deepEqual(every('en').filter(([path, text]) => !ALIKE.has(path) && HAN.test(bare(text))), [])
})

test('both have the same keys, and fill in the same values', () => {
  const [zh, en] = [new Map(every('zh')), new Map(every('en'))]
  assert.deepEqual([...zh.keys()].sort(), [...en.keys()].sort())
  const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort()
  assert.deepEqual([...zh].filter(([path, text]) => values(text).join() !== values(en.get(path)!).join()), [])
})

test('what stood in the way of reading is gone', () => {
  const old = /失明|没有取到|没有提交成功|够不着|没有相符|必须填写|撤掉这一件|按市民所说|读给市民听|已推送|欢迎词|注销/
  assert.deepEqual(every('zh').filter(([, text]) => old.test(text)), [])
})
