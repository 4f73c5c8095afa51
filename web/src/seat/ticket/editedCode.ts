// The code of something that is edited beside tickets (a template, a knowledge card): chosen, or none.
import { ref, type Ref } from 'vue'
import type { Code } from './form'

interface Coded {
  scheme: string
  code_kind: string
  code: string
  code_name: string
}

export function useEditedCode(edited: Readonly<Ref<Coded | null>>) {
  /** What stands in the picker. */
  const code = ref<Code | null>(null)
  function coded(chosen: Code | null) {
    code.value = chosen
    if (edited.value && chosen) Object.assign(edited.value, { scheme: chosen.scheme, code_kind: chosen.kind, code: chosen.code, code_name: chosen.name })
  }
  function uncode() {
    code.value = null
    if (edited.value) Object.assign(edited.value, { scheme: '', code_kind: '', code: '', code_name: '' })
  }
  return { code, coded, uncode }
}
