// A page's style reaches its own page alone: what its file names first is worn by nobody who does not load that file.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const FILES = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).sort()
/** Loaded by every page, or by a program of its own (`/cases/`, `/tv.html`). */
const EVERYWHERE = new Set(['style.css', 'tokens.css', 'cases/cases.css', 'tv/tv.css'])
const text = (file: string) => readFileSync(join(HERE, file), 'utf8')

/** Split where no bracket is open. */
function parts(text: string, at: RegExp): string[] {
  const found = ['']
  let depth = 0
  for (const sign of text) {
    depth += sign === '(' || sign === '[' ? 1 : sign === ')' || sign === ']' ? -1 : 0
    if (!depth && at.test(sign)) found.push('')
    else found[found.length - 1] += sign
  }
  return found.map((one) => one.trim()).filter(Boolean)
}
/** Each selector of a style sheet, as its first compound: '.wall', 'table.calls'. */
function first(css: string): Set<string> {
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@(media|keyframes)[^{]*\{/g, '')
  const found = new Set<string>()
  for (const [, selectors] of bare.matchAll(/([^{}]+)\{[^{}]*\}/g))
    for (const one of parts(selectors!, /,/)) {
      const head = parts(one, /[\s>+~]/)[0]!
      if (!/^(from|to|\d+%)$/.test(head)) found.add(head)
    }
  return found
}
const imported = new Map(FILES.filter((one) => /\.(vue|ts)$/.test(one)).map((one) => [one, [...text(one).matchAll(/(?:import|from|import\()\s*'(\.[^']+)'/g)].map(([, where]) => normalize(join(dirname(one), where!)))]))
/** Components on whose page this sheet is loaded: who loads it, what they hold, and who holds them. */
function wearers(sheet: string): Set<string> {
  const found = new Set([...imported].filter(([, names]) => names.includes(sheet)).map(([one]) => one))
  for (const one of found) for (const [holder, names] of imported) if (names.some((name) => name === one || `${name}.ts` === one) && !/router|main/.test(holder)) found.add(holder)
  for (const one of found) for (const name of imported.get(one) ?? []) if (name.endsWith('.vue') && imported.has(name)) found.add(name)
  return found
}
/** Names of the classes in its template. */
function worn(component: string): Set<string> {
  const found = new Set<string>()
  const template = text(component).split('<template>').slice(1).join('<template>')
  for (const [, names] of template.matchAll(/\sclass="([^"]*)"/g)) for (const one of names!.split(/\s+/)) if (one) found.add(one)
  for (const [, expression] of template.matchAll(/:class="([^"]*)"/g)) for (const [, one] of expression!.matchAll(/['\s{]([a-z][a-z-]+)['\s:}]/g)) found.add(one!)
  return found
}

test('no page’s style reaches another page', () => {
  const components = FILES.filter((one) => one.endsWith('.vue') && !one.startsWith('cases/') && !one.startsWith('tv/'))
  const found: string[] = []
  for (const sheet of FILES.filter((one) => one.endsWith('.css') && !EVERYWHERE.has(one))) {
    const own = wearers(sheet)
    for (const head of first(text(sheet))) {
      const classes = [...head.replace(/:(not|has)\([^)]*\)/g, '').matchAll(/\.([a-zA-Z_-]+)/g)].map(([, one]) => one!)
      if (!classes.length) {
        found.push(`${sheet}: ${head} is worn by everything`)
        continue
      }
      const wears = (one: string) => (head.startsWith(':is(') ? classes.some((name) => worn(one).has(name)) : classes.every((name) => worn(one).has(name)))
      const others = components.filter((one) => !own.has(one) && wears(one))
      if (others.length) found.push(`${sheet}: ${head} reaches ${others.join(', ')}`)
    }
  }
  assert.deepEqual(found, [])
})
