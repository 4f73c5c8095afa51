// What the wallboard and the supervision page need of the rest of the front end, plugged in by the router's page.
import { inject, type InjectionKey } from 'vue'
import type { components } from '../contract'

type Shapes = components['schemas']

/** Reactive: the stream's picture, who I am, and a clock that ticks each second. */
export interface Board {
  /** milliseconds, corrected to the server's clock */
  readonly now: number
  readonly centre: string
  /** my own seat, where I have one */
  readonly own: string | null
  readonly may: (right: string) => boolean
  /** the stream is not connected: what is shown may be old */
  readonly stale: boolean
  /** when the picture was last told, ISO; '' never */
  readonly heard: string
  readonly vitals: Shapes['VitalsOut'] | null
  readonly seats: Shapes['SeatOut'][]
  readonly calls: Shapes['CallOut'][]
  readonly queues: Shapes['QueueOut'][]
  readonly lines: Shapes['LineOut'][]
  readonly trunks: Shapes['TrunkOut'][]
  readonly alarms: Shapes['AlarmOut'][]
  readonly figures: Shapes['FiguresOut'][]
  readonly targets: Shapes['TargetsOut']
}

export const boardKey: InjectionKey<Board> = Symbol('board')

export function useBoard(): Board {
  const board = inject(boardKey)
  if (!board) throw new Error('no board was provided above this page')
  return board
}
