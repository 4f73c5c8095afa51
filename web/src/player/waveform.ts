// A recording's peaks as bars for so many pixels, and places in it. Pure.

export interface Peaks {
  step_ms: number
  seconds: number
  /** 0..127; channel 0 is the citizen */
  channels: number[][]
}

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const
export const SIDES = ['both', 'citizen', 'seat'] as const
export type Side = (typeof SIDES)[number]

/** The loudest of each bar's steps, 0..1; a quiet channel is not blown up. */
export function bars(peaks: readonly number[], count: number): number[] {
  if (count <= 0) return []
  return Array.from({ length: count }, (_, n) => {
    const first = Math.floor((n * peaks.length) / count)
    const last = Math.max(first + 1, Math.floor(((n + 1) * peaks.length) / count))
    let most = 0
    for (let at = first; at < Math.min(last, peaks.length); at += 1) most = Math.max(most, peaks[at]!)
    return most / 127
  })
}

/** Seconds at this share of the width. */
export function placed(share: number, seconds: number): number {
  return Math.min(Math.max(share, 0), 1) * seconds
}

/** The next speed up (1) or down (-1). */
export function faster(speed: number, by: 1 | -1): number {
  const at = SPEEDS.indexOf(speed as (typeof SPEEDS)[number])
  return SPEEDS[Math.min(Math.max(at + by, 0), SPEEDS.length - 1)]!
}

/** Loudness of [citizen, seat] for a side. */
export function gains(side: Side): [number, number] {
  return side === 'citizen' ? [1, 0] : side === 'seat' ? [0, 1] : [1, 1]
}

/** Catalogue key of why nothing is heard, by the daemon's status and word. */
export function whyNot(status: number, word: string): string {
  if (status === 0 || status >= 502) return 'player.why.away'
  if (status === 401 || status === 403 || status === 422 || status === 423) return 'player.why.refused'
  if (word === 'recording_raw') return 'player.why.raw'
  if (word === 'recording_damaged') return 'player.why.damaged'
  if (status === 404) return 'player.why.gone'
  return 'player.why.decode'
}
