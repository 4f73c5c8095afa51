// What was typed for a command and is not taken yet: kept on the device by person and case, gone when it is taken or at signing out.
import { nothingTyped, type Typed } from './commandFields'

export interface Draft { command: string; typed: Typed; key: string }
const PREFIX = 'hotline.cases.draft.'
const nameOf = (account: string, number: string): string => `${PREFIX}${account}.${number}`

export function draftOf(account: string, number: string): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(account, number)) ?? 'null') as Draft | null
    return kept && { command: kept.command, typed: { ...nothingTyped(), ...kept.typed }, key: kept.key }
  } catch {
    return null
  }
}

export function keepDraft(account: string, number: string, draft: Draft): void {
  localStorage.setItem(nameOf(account, number), JSON.stringify(draft))
}

export function dropDraft(account: string, number: string): void {
  localStorage.removeItem(nameOf(account, number))
}

export function dropAllOf(account: string): void {
  for (const name of Object.keys(localStorage)) if (name.startsWith(`${PREFIX}${account}.`)) localStorage.removeItem(name)
}
