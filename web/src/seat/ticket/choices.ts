// The words a ticket may use, as the daemon offers them: asked once, and again when it could not be had.
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { api } from '../../restClient'
import type { components } from '../../contract'

type Choice = components['schemas']['ChoiceOut']
export interface Option {
  key: string
  name: string
}

const lists = ref<Record<string, Choice[]>>({})
let asking = false

async function load(turn = 0): Promise<void> {
  if (asking && !turn) return
  asking = true
  try {
    lists.value = await api<Record<string, Choice[]>>('/api/choices')
  } catch {
    setTimeout(() => void load(turn + 1), Math.min(1000 * 2 ** turn, 15_000))
  }
}

export function useChoices() {
  const { locale } = useI18n()
  if (!Object.keys(lists.value).length) void load()
  const of = (name: string): Option[] => (lists.value[name] ?? []).map((one) => ({ key: one.key, name: locale.value === 'en' ? one.en : one.zh }))
  return {
    of,
    name: (list: string, key: string) => of(list).find((one) => one.key === key)?.name ?? key,
    here: computed(() => Object.keys(lists.value).length > 0),
  }
}
