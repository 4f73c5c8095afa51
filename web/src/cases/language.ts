// Which of the two catalogues is on, and filling a sentence in. Small on purpose: a bad line loads these pages too.
import { ref } from 'vue'
import { en, zh } from './words'

export type Spoken = 'zh' | 'en'
const KEPT = 'hotline.language'
export const spoken = ref<Spoken>(localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh')

export function speak(language: Spoken): void {
  spoken.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${words().title} · 12319`
}

export const words = (): typeof zh => (spoken.value === 'zh' ? zh : en)
export const fill = (sentence: string, named: Record<string, string | number>): string => sentence.replace(/\{(\w+)\}/g, (_all, name: string) => String(named[name] ?? ''))
/** A word of a table that the server may know more of than this page does. */
export const wordOf = (table: Record<string, string>, name: string): string => table[name] ?? name

export function moment(at: string): string {
  const made = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${made.getMonth() + 1}-${two(made.getDate())} ${two(made.getHours())}:${two(made.getMinutes())}`
}
