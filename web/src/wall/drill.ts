// What a figure opens: which calls or tickets are behind it, and how they are asked for.
import type { Call } from './figures'

export type Drill =
  | { kind: 'live'; title: string; pick: (call: Call) => boolean }
  | { kind: 'calls'; title: string; set: string; since: string; until: string; line?: string; queue?: string }
  | { kind: 'call'; title: string; call: string }
  | { kind: 'tickets'; title: string; since: string; until: string; ticketKind?: string; code?: string }
  | { kind: 'seats'; title: string; state: string }
