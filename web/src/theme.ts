// Light or dark: as the computer says, or as this browser's person chose. The colours are in tokens.css.
import { ref, watch } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
const KEPT = 'hotline.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')
const isTheme = (said: string | null): said is Theme => said === 'light' || said === 'dark'
const said = localStorage.getItem(KEPT)
export const theme = ref<Theme>(isTheme(said) ? said : 'system')

function apply(): void {
  document.documentElement.dataset.theme = theme.value === 'system' ? (dark.matches ? 'dark' : 'light') : theme.value
}

/** From the first paint on, and whenever the computer changes its mind. */
export function followTheme(): void {
  apply()
  dark.addEventListener('change', apply)
  watch(theme, (chosen) => {
    if (chosen === 'system') localStorage.removeItem(KEPT)
    else localStorage.setItem(KEPT, chosen)
    apply()
  })
}
