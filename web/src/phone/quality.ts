// How good the way to Asterisk is, from the browser's own counters. Pure: two readings in, figures out.

export interface Reading {
  received: number
  lost: number
  /** seconds */
  jitter: number | null
  /** seconds */
  rtt: number | null
  /** share of the packets we sent that the other side missed, 0..1; null: not told */
  lostThere: number | null
}

export interface Quality {
  rtt_ms: number | null
  loss_percent: number | null
  jitter_ms: number | null
  grade: Grade
}

export type Grade = 'good' | 'fair' | 'poor' | 'unknown'

export const UNKNOWN: Quality = { rtt_ms: null, loss_percent: null, jitter_ms: null, grade: 'unknown' }

/** What getStats tells of audio, summed up. */
export function read(rows: Iterable<Record<string, unknown>>): Reading {
  const reading: Reading = { received: 0, lost: 0, jitter: null, rtt: null, lostThere: null }
  const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
  for (const row of rows) {
    if (row.type === 'inbound-rtp' && row.kind === 'audio') {
      reading.received += number(row.packetsReceived) ?? 0
      reading.lost += number(row.packetsLost) ?? 0
      reading.jitter = number(row.jitter) ?? reading.jitter
    } else if (row.type === 'remote-inbound-rtp' && row.kind === 'audio') {
      reading.rtt = number(row.roundTripTime) ?? reading.rtt
      reading.lostThere = number(row.fractionLost) ?? reading.lostThere
    } else if (row.type === 'candidate-pair' && row.nominated === true) {
      reading.rtt ??= number(row.currentRoundTripTime)
    }
  }
  return reading
}

/** Between two readings: loss is of the packets of that time only. */
export function quality(before: Reading | null, after: Reading): Quality {
  const came = after.received - (before?.received ?? 0)
  const lost = Math.max(0, after.lost - (before?.lost ?? 0))
  const here = came + lost > 0 ? lost / (came + lost) : null
  const shares = [here, after.lostThere].filter((one) => one !== null)
  const worst = shares.length ? Math.min(1, Math.max(0, ...shares)) : null
  const figures = {
    rtt_ms: milliseconds(after.rtt),
    loss_percent: worst === null ? null : Math.round(worst * 1000) / 10,
    jitter_ms: milliseconds(after.jitter),
  }
  return { ...figures, grade: grade(figures) }
}

/** What is shown: of two readings in a row the better one. One alone jumps where a call is held, resumed or given on, and nobody hears that. */
export function steady(before: Quality | null, now: Quality): Quality {
  if (!before) return now
  const least = (a: number | null, b: number | null) => (a === null || b === null ? b : Math.min(a, b))
  const figures = { rtt_ms: now.rtt_ms, loss_percent: least(before.loss_percent, now.loss_percent), jitter_ms: least(before.jitter_ms, now.jitter_ms) }
  return { ...figures, grade: grade(figures) }
}

/** Marks a listener would give: above 3 % loss or 300 ms a talk gets hard. */
export function grade(figures: Omit<Quality, 'grade'>): Grade {
  const { rtt_ms: rtt, loss_percent: loss, jitter_ms: jitter } = figures
  if (loss === null && rtt === null) return 'unknown'
  if ((loss ?? 0) > 3 || (rtt ?? 0) > 300 || (jitter ?? 0) > 50) return 'poor'
  if ((loss ?? 0) > 1 || (rtt ?? 0) > 150 || (jitter ?? 0) > 30) return 'fair'
  return 'good'
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.min(60_000, Math.max(0, Math.round(seconds * 1000)))
}
