// From the server's problems ('person.phones.0') to the fields on the screen ('phones'). Pure.
import type { components } from '../../contract'

export type Problem = components['schemas']['ProblemOut']
export interface Fault {
  message: string
  allowed: string[]
}

const FIELDS: [path: string, field: string][] = [
  ['person.name', 'name'], ['person.gender', 'gender'], ['person.phones', 'phones'], ['person.address', 'home'], ['person', 'name'],
  ['subject.part_id', 'part_id'], ['subject.condition', 'condition'], ['subject', 'code'],
  ['place.address_text', 'address'], ['place.address_std', 'address_std'], ['place.lng', 'lng'], ['place.lat', 'lat'],
  ['place.crs', 'crs'], ['place.area', 'area'], ['place.grid_code', 'area'], ['place.division', 'area'], ['place', 'address'],
  ['unit_suggested', 'unit'], ['related_cases', 'related'], ['merged_into', 'related'],
  ['external_ids.12345', 'external_12345'], ['external_ids.110', 'external_110'], ['external_ids', 'external_other'],
]

/** In this order they stand on the screen: the first one at fault gets the focus. */
export const ORDER = [
  'kind', 'work_type', 'urgency', 'code', 'condition', 'address', 'area', 'title', 'content', 'name', 'gender', 'phones', 'confidential',
  'anonymous', 'answered_directly', 'address_std', 'unit', 'lng', 'lat', 'crs', 'part_id', 'home', 'knowledge',
  'external_12345', 'external_110', 'external_other', 'related',
] as const

/** Fields under '更多': it must be open for one of them to be seen. */
export const FOLDED = new Set<string>([
  'address_std', 'lng', 'lat', 'crs', 'part_id', 'home', 'unit', 'knowledge', 'external_12345', 'external_110', 'external_other',
])

export function fieldOf(path: string): string {
  const hit = FIELDS.find(([from]) => path === from || path.startsWith(`${from}.`))
  return hit ? hit[1] : (path.split('.')[0] ?? '')
}

export interface Sorted {
  at: Record<string, Fault>
  /** what belongs to no field on the screen */
  rest: string[]
  first: string
}

export function sorted(problems: Problem[]): Sorted {
  const at: Record<string, Fault> = {}
  const rest: string[] = []
  for (const { field, message, allowed } of problems) {
    const name = fieldOf(field)
    if (!(ORDER as readonly string[]).includes(name)) rest.push(field ? `${field}: ${message}` : message)
    else if (at[name]) at[name].message += ` ${message}`
    else at[name] = { message, allowed: allowed ?? [] }
  }
  return { at, rest, first: ORDER.find((name) => name in at) ?? '' }
}
