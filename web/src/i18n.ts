// The catalogues: each page's `words.ts` under a name of its own, Chinese first; and which language is on.
import { createI18n } from 'vue-i18n'
import * as accounts from './accounts/words'
import * as admin from './admin/words'
import * as callbacks from './callbacks/words'
import * as calls from './calls/words'
import * as idle from './idle/words'
import * as knowledge from './knowledge/words'
import * as login from './login/words'
import * as my from './my/words'
import * as phone from './phone/words'
import * as player from './player/words'
import * as pop from './seat/pop/words'
import * as ticket from './seat/ticket/words'
import * as seat from './seat/words'
import * as tickets from './tickets/words'
import * as wall from './wall/words'
import * as nuisance from './nuisance/words'
import * as switches from './switches/words'
import * as watch from './watch/words'
import * as templates from './templates/words'
import * as app from './words'

export type Language = 'zh' | 'en'
const KEPT = 'hotline.language'
const pages = { app, login, seat, phone, ticket, pop, my, callbacks, calls, tickets, player, idle, nuisance, switches, wall, watch, admin, accounts, templates, knowledge }
const catalogue = <L extends Language>(language: L) =>
  Object.fromEntries(Object.entries(pages).map(([name, words]) => [name, words[language]])) as { [Name in keyof typeof pages]: (typeof pages)[Name][L] }

function kept(): Language {
  return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
}

export const i18n = createI18n({
  legacy: false,
  locale: kept(),
  fallbackLocale: 'zh',
  messages: { zh: catalogue('zh'), en: catalogue('en') },
})

/** For the few places outside of a component. */
export const say = (key: string, named: Record<string, unknown> = {}): string => i18n.global.t(key, named)

export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
