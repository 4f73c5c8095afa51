// To which earlier cases a matter is tied: merged into one (并单), related to some (关联). Pure.
import type { Form } from './form'

type Tied = Pick<Form, 'merged_into' | 'related'>
export const MOST_RELATED = 20

/** Merged into it, or not any more; what one is merged into is not also related. */
export function merging(form: Tied, id: string): Tied {
  return { merged_into: form.merged_into === id ? '' : id, related: form.related.filter((one) => one !== id) }
}

export function relating(form: Tied, id: string): Tied {
  const is = form.related.includes(id)
  return {
    merged_into: form.merged_into === id ? '' : form.merged_into,
    related: is ? form.related.filter((one) => one !== id) : [...form.related, id].slice(-MOST_RELATED),
  }
}
