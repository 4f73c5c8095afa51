// Both catalogues hold the same keys and each its own language: no Latin sentence on a Chinese page, no Chinese on an English one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const FILES = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((one) => /\.(vue|ts)$/.test(one)).sort()
/** Every catalogue there is, by its folder: none can be forgotten here. */
const PAGES: Record<string, { zh: unknown; en: unknown }> = {}
for (const file of FILES.filter((one) => /(^|\/)words\.ts$/.test(one))) {
  const words = (await import(join(HERE, file))) as { zh?: unknown; en?: unknown }
  if (words.zh && words.en) PAGES[file === 'words.ts' ? 'app' : dirname(file).split('/').at(-1)!] = { zh: words.zh, en: words.en }
}
/** What is written alike in both: the other language's own name. */
const ALIKE = new Set(['app.languages.zh', 'app.languages.en', 'cases.language'])
const HAN = /\p{Script=Han}/u
const LATIN = /[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}/

function texts(words: unknown, path: string): [string, string][] {
  if (typeof words === 'string') return [[path, words]]
  return Object.entries(words as Record<string, unknown>).flatMap(([name, inside]) => texts(inside, `${path}.${name}`))
}
const every = (language: 'zh' | 'en') => Object.entries(PAGES).flatMap(([name, words]) => texts(words[language], name))
/** Without what is filled in, and without commands, which are typed as they stand. */
const bare = (text: string) => text.replace(/\{[^}]*\}/g, '').replace(/hotline( [a-z]+)+/g, '')

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

test('a Chinese text or sign stands in a catalogue alone', () => {
  /** What is read, not shown: by which signs what somebody wrote is split, how an address is built, a template's gap. */
  const read = /\.split\(\/|\.replace\(\/|\.test\(|take\(\/|'\{地点\}'/
  const found: string[] = []
  for (const file of FILES.filter((one) => !/words\.ts$|\.test\.ts$|contract\.ts$/.test(one))) {
    const bare = readFileSync(join(HERE, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/<!--[\s\S]*?-->/g, '')
    bare.split('\n').forEach((line) => {
      const code = line.replace(/(^|\s)\/\/.*$/, '')
      if (/[\p{Script=Han}，。：；（）、？！“”]/u.test(code) && !read.test(code)) found.push(`${file}: ${code.trim().slice(0, 120)}`)
    })
  }
  assert.deepEqual(found, [])
})

test('a sign is drawn by AppIcon, never a letter of whatever font there is', () => {
  /** A title of a window has letters alone. */
  const letters = new Set(['alerting.ts'])
  const found = FILES.filter((one) => !/words\.ts$|\.test\.ts$/.test(one) && !letters.has(one) && !one.startsWith('cases/'))
    .filter((one) => /[☀☾▣☎♪⇈✎◎↻⤢✕⊘▲▼◆●○■▶❚↗◇⚑◌✓⚠↺▽]/u.test(readFileSync(join(HERE, one), 'utf8')))
  assert.deepEqual(found, [])
})

/** The wording that agents' own people asked for (decision 0061), by place. */
const ASKED: Record<string, string> = {
  'seat.banner.blind': '话务链路中断：自 {time} 起收不到通话状态，以下数字仅供参考',
  'wall.blind': '数据缺失时段', 'wall.stale': '数据已停止更新（截至 {time}），正在重连',
  'my.failed': '加载失败：{message}', 'wall.failed': '加载失败：{message}', 'calls.failed': '加载失败：{message}', 'callbacks.failed': '加载失败：{message}',
  'pop.failed': '历史记录查询失败：{message}', 'pop.callback': '待回拨',
  'ticket.failed': '提交失败，已填内容已保留：{message}', 'ticket.saving.away': '暂时连不上服务器，草稿已存在本机，正在重试',
  'ticket.codeNone': '未找到匹配的事部件', 'ticket.discard': '删除第 {part} 件', 'ticket.addressHint': '以市民描述为准',
  'ticket.filedWaiting': '已受理，正在生成案卷号…', 'ticket.readBackLabel': '播报话术',
  'seat.transfer.complete': '完成转接', 'seat.transfer.cancel': '取消咨询', 'seat.transfer.conference': '三方通话', 'seat.endWrapUp': '结束话后处理',
  'seat.after.none': '进入话后处理', 'seat.after.ready': '直接示闲',
  'phone.test.say': '请说话，观察音量条', 'phone.test.passed': '检测通过', 'idle.hint': '来电振铃时，工单自动弹出',
  'watch.sessions.revoke': '强制下线', 'watch.sessions.seen': '最近活动', 'watch.sessions.current': '当前会话',
  'login.noRights': '当前角色不接听电话，可进入：',
}
const ASKED_ENGLISH: Record<string, string> = { 'wall.health': 'Status', 'phone.autoAnswer': 'Auto-answer (after a tone)', 'seat.leave': 'Sign off', 'watch.day.states': 'Status log' }

test('the wording that was asked for stands', () => {
  const [zh, en] = [new Map(every('zh')), new Map(every('en'))]
  for (const [path, text] of Object.entries(ASKED)) assert.equal(zh.get(path), text, path)
  for (const [path, text] of Object.entries(ASKED_ENGLISH)) assert.equal(en.get(path), text, path)
})

test('one word for one thing', () => {
  const left = /(?<!未)就绪|推送|主叫|欢迎词|(?<!通)话后(?!处理)/
  assert.deepEqual(every('zh').filter(([, text]) => left.test(text)), [])
})

test('what stood in the way of reading is gone', () => {
  const old = /失明|没有取到|没有提交成功|够不着|没有相符|必须填写|撤掉这一件|按市民所说|读给市民听|已推送|欢迎词|注销/
  assert.deepEqual(every('zh').filter(([, text]) => old.test(text)), [])
})
