// Why a seat is paused, in words: the daemon's own reasons are codes, an operator's are words already.
import { useI18n } from 'vue-i18n'

export function useReason(): (word: string) => string {
  const { t, te } = useI18n()
  return (word) => (word && te(`seat.reasons.${word}`) ? t(`seat.reasons.${word}`) : word)
}
