// Asks why, once, for anything that is written into the audit log.
import { ref } from 'vue'

export interface Question {
  title: string
  presets: string[]
  answer: (reason: string | undefined) => void
}

export function useBecause() {
  const question = ref<Question>()
  /** The reason, or undefined when the person thought better of it. */
  function because(title: string, presets: string[]): Promise<string | undefined> {
    question.value?.answer(undefined)
    return new Promise((resolve) => {
      question.value = {
        title, presets,
        answer: (reason) => {
          question.value = undefined
          resolve(reason)
        },
      }
    })
  }
  return { question, because }
}
