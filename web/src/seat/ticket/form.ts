// One matter as an agent types it: every field is there, empty or not, and every value plain JSON. Pure.
// What goes to the server when it is filed (TicketIn) is made here too, and nowhere else.
import type { components } from '../../contract'

type Shapes = components['schemas']
export type TicketIn = Shapes['TicketIn']
export type Call = Shapes['CallOut']
export type Party = Shapes['PartyOut']
/** As found; one kept from an older page knows neither conditions nor unit. */
export type Code = Omit<Shapes['CodeOut'], 'conditions' | 'responsible'> & Partial<Pick<Shapes['CodeOut'], 'conditions' | 'responsible'>>
export type Condition = Shapes['ConditionOut']

export interface Form {
  kind: string
  work_type: string
  urgency: string
  title: string
  /** false: the title follows code, address and content */
  title_typed: boolean
  content: string
  confidential: boolean
  anonymous: boolean
  answered_directly: boolean
  name: string
  gender: string
  /** as typed, separated by blanks or commas */
  phones: string
  home: string
  code: Code | null
  /** which filing condition, in the catalogue's words; '': the one it offers first */
  condition: string
  part_id: string
  address: string
  address_std: string
  district: string
  street: string
  community: string
  lng: string
  lat: string
  crs: string
  accuracy: string
  grid_code: string
  /** 12 digits of the finest of district, street and community that is known */
  division: string
  /** the gazetteer's name that was chosen; '' none */
  place: string
  unit: string
  /** ids, separated by blanks or commas */
  knowledge: string
  related: string[]
  merged_into: string
  external_12345: string
  external_110: string
  external_other: string
}

export const MOST_TITLE = 50
export const MOST_CONTENT = 4000

export function blank(): Form {
  return {
    kind: '', work_type: 'general', urgency: 'normal', title: '', title_typed: false, content: '', confidential: false,
    anonymous: false, answered_directly: false, name: '', gender: '', phones: '', home: '', code: null, condition: '', part_id: '',
    address: '', address_std: '', district: '', street: '', community: '', lng: '', lat: '', crs: '', accuracy: '', grid_code: '', division: '', place: '', unit: '',
    knowledge: '', related: [], merged_into: '', external_12345: '', external_110: '', external_other: '',
  }
}

/** What the call itself tells. A masked number is nobody's telephone and is left out. */
export function prefilled(call: Call, party?: Party | null): Form {
  const form = blank()
  const number = party?.number || (call.direction === 'outbound' ? call.dialled : call.origin || call.caller)
  if (/^[0-9+(][0-9 ()+-]{2,24}$/.test(number) && party?.kind !== 'hidden') form.phones = number
  if (call.caller_name && call.caller_name !== call.caller && !/^[\d+*#-]+$/.test(call.caller_name)) form.name = call.caller_name.slice(0, 60)
  if (call.reference && call.partner === '12345') form.external_12345 = call.reference
  else if (call.reference && call.partner === '110') form.external_110 = call.reference
  else if (call.reference) form.external_other = call.reference
  return form
}

/** The next matter of the same citizen: who they are stays, what it is about does not. */
export function another(form: Form): Form {
  const { name, gender, phones, home, anonymous, confidential, external_12345, external_110, external_other } = form
  return { ...blank(), name, gender, phones, home, anonymous, confidential, external_12345, external_110, external_other }
}

const cut = (text: string, most: number) => [...text].slice(0, most).join('')
const tidy = (text: string) => text.replace(/\s+/g, ' ').trim()

/** Where, then what: 'address + name of the code'; without a code the first clause of what was said. */
export function titleOf(form: Pick<Form, 'title' | 'title_typed' | 'address' | 'code' | 'content'>): string {
  if (form.title_typed) return form.title
  const clause = tidy(form.content).split(/[，。；！？,;!?\n]/)[0] ?? ''
  const what = form.code?.name ?? clause
  const where = tidy(form.address)
  if (!what) return ''
  const room = MOST_TITLE - [...what].length
  return cut(room > 0 ? cut(where, room) + what : what, MOST_TITLE)
}

/** 区, 街道 (镇), 社区 (村) as far as an address names them. */
export function areaOf(address: string): Pick<Form, 'district' | 'street' | 'community'> {
  const found = { district: '', street: '', community: '' }
  let rest = tidy(address).replace(/\s/g, '').replace(/^[^\s市]{2,4}省/, '').replace(/^[^市区县]{2,5}市/, '')
  const take = (form: RegExp) => {
    const hit = form.exec(rest)
    if (hit) rest = rest.slice(hit[0].length)
    return hit?.[0] ?? ''
  }
  found.district = take(/^[^区县街道路镇村号]{1,5}[区县]/)
  // 小区 is where people live, 社区 an office's ground: neither is a district.
  if (/(小|社|园|厂|校|景|城|片|库|新)区$/.test(found.district)) return { ...found, district: '' }
  if (!found.district) return found
  found.street = take(/^[^街道路号]{1,8}(街道|镇|乡)/)
  found.community = take(/^[^路号街道]{1,10}?(社区|村委会|村)/)
  return found
}

/** The filing condition that is meant: the chosen one, else the catalogue's first. */
export function conditionOf(form: Pick<Form, 'code' | 'condition'>): Condition | undefined {
  const ones = form.code?.conditions ?? []
  return ones.find((one) => form.condition && one.text === form.condition) ?? ones.find((one) => one.chosen)
}

const words = (text: string) => text.split(/[\s,，、;；]+/).filter(Boolean)

/** Blanks and hyphens may stand within a number: the daemon reads each text, however it is written. */
const phonesOf = (text: string) => text.split(/[,，、;；|]+/).map(one => one.trim()).filter(Boolean)

/** The request. Fields that say nothing are left out. */
export function toTicket(form: Form): TicketIn {
  const ticket: Record<string, unknown> = {
    kind: form.kind, title: titleOf(form).trim(), content: form.content.trim(), work_type: form.work_type, urgency: form.urgency,
  }
  if (form.confidential) ticket.confidential = true
  if (form.anonymous) ticket.anonymous = true
  if (form.answered_directly) ticket.answered_directly = true
  const person = kept({
    name: form.anonymous ? '' : form.name, gender: form.anonymous ? '' : form.gender, phones: phonesOf(form.phones),
    address: form.anonymous ? '' : form.home,
  })
  if (person) ticket.person = person
  if (form.code) {
    const { scheme, version, code, kind } = form.code
    ticket.subject = { scheme, version, code, kind, ...kept({ part_id: form.part_id, condition: conditionOf(form)?.text === form.condition ? form.condition : '' }) }
  }
  const place = kept({
    address_text: form.address, address_std: form.address_std, lng: degrees(form.lng), lat: degrees(form.lat), crs: form.crs,
    accuracy: form.accuracy, grid_code: form.grid_code, division: form.division, area: [form.district, form.street, form.community].map(tidy).filter(Boolean),
  })
  if (place) ticket.place = place
  const external = kept({ '12345': form.external_12345, '110': form.external_110, other: form.external_other })
  Object.assign(ticket, kept({
    unit_suggested: form.unit, knowledge: words(form.knowledge), related_cases: form.related, merged_into: form.merged_into,
    external_ids: external,
  }))
  return ticket as TicketIn
}

/** A number where one was typed; else the text itself, so that the server names the field. */
function degrees(text: string): number | string | undefined {
  if (!text.trim()) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

function kept(values: Record<string, unknown>): Record<string, unknown> | undefined {
  const said = Object.entries(values)
    .map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value] as const)
    .filter(([, value]) => value !== '' && value !== undefined && !(Array.isArray(value) && !value.length))
  return said.length ? Object.fromEntries(said) : undefined
}

/** First words put into a ticket's content: at its end, in a line of their own; the address where the template has its place. */
export function filled(content: string, template: string, address: string): string {
  const text = template.replaceAll('{地点}', address.trim() || '……')
  return content.trim() ? `${content.trimEnd()}\n${text}` : text
}
