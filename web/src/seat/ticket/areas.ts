// Districts, streets and communities as choices, and the code of what was typed of them. Pure.
import type { components } from '../../contract'

export type Division = components['schemas']['DivisionOut']
export type Level = 'district' | 'street' | 'community'
export interface Area { district: string; street: string; community: string }

/** What may be chosen at a level, below what was typed above it. */
export function choicesAt(rows: Division[], level: Level, area: Area): string[] {
  const over = level === 'district' ? '' : (found(rows, area, level)?.code ?? '')
  return [...new Set(rows.filter((row) => row.level === level && row.code.startsWith(over)).map((row) => row.name))]
}

/** 12 digits of the finest that is known without doubt; '' none. Names are no keys: several of one name are none. */
export function divisionOf(rows: Division[], area: Area): string {
  return found(rows, area, '')?.code.padEnd(12, '0') ?? ''
}

function found(rows: Division[], area: Area, below: Level | ''): Division | undefined {
  let last: Division | undefined
  for (const level of ['district', 'street', 'community'] as const) {
    if (level === below) break
    const name = area[level].trim()
    if (!name) continue
    const hits = rows.filter((row) => row.level === level && row.name === name && row.code.startsWith(last?.code ?? ''))
    if (hits.length !== 1) break
    last = hits[0]
  }
  return last
}
