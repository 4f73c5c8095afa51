// The day's half-hour curve as an ECharts option: today against a week ago, uncertain spans shaded. Pure.
import type { ComposeOption } from 'echarts/core'
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { AriaComponentOption, GridComponentOption, LegendComponentOption, MarkAreaComponentOption, TooltipComponentOption } from 'echarts/components'
import type { components } from '../contract'

type Day = components['schemas']['DayOut']
export type Option = ComposeOption<
  | BarSeriesOption | LineSeriesOption | AriaComponentOption | GridComponentOption | LegendComponentOption
  | MarkAreaComponentOption | TooltipComponentOption
>

export interface Paint {
  text: string
  muted: string
  line: string
  good: string
  bad: string
  info: string
  panel: string
  size: number
}

export interface CurveWords {
  offered: string
  answered: string
  unanswered: string
  weekBefore: string
  uncertain: string
}

const HALF_HOUR = 1_800_000
const BINS = 48

/** `08:30` of a bin, by the centre's clock. */
export function label(bin: number): string {
  return `${String(Math.floor(bin / 2)).padStart(2, '0')}:${bin % 2 ? '30' : '00'}`
}

/** Which of the day's 48 half hours a moment lies in; not clipped. */
export function binOf(moment: string, since: string): number {
  return Math.floor((Date.parse(moment) - Date.parse(since)) / HALF_HOUR)
}

/** Counts by half hour; null where the day has not come to yet. */
export function spread(rows: Day['curve'], since: string, pick: (row: Day['curve'][number]) => number, until = BINS): (number | null)[] {
  const counts: (number | null)[] = Array.from({ length: BINS }, (_, bin) => (bin < until ? 0 : null))
  for (const row of rows) {
    const bin = binOf(row.at, since)
    if (bin >= 0 && bin < BINS) counts[bin] = pick(row)
  }
  return counts
}

export function curve(day: Day, now: number, words: CurveWords, paint: Paint): Option {
  const since = day.since
  const lastWeek = new Date(Date.parse(since) - 7 * 86_400_000).toISOString()
  const until = Math.floor((now - Date.parse(since)) / HALF_HOUR) + 1
  const axis = { axisLine: { lineStyle: { color: paint.muted } }, axisLabel: { color: paint.muted, fontSize: paint.size } }
  const spans = day.uncertain.map((span) => [
    { name: words.uncertain, xAxis: clip(binOf(span.began_at, since)) },
    { xAxis: clip(span.ended_at ? binOf(span.ended_at, since) : until - 1) },
  ])
  return {
    animation: false,
    aria: { enabled: true, decal: { show: true } },
    color: [paint.good, paint.bad, paint.info],
    grid: { left: 8, right: 12, top: paint.size * 2.4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { top: 0, textStyle: { color: paint.text, fontSize: paint.size }, itemWidth: paint.size * 1.6, itemHeight: paint.size * 0.8 },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: paint.panel, borderColor: paint.line,
      textStyle: { color: paint.text, fontSize: paint.size },
    },
    xAxis: { type: 'category', data: Array.from({ length: BINS }, (_, bin) => label(bin)), ...axis },
    yAxis: { type: 'value', minInterval: 1, splitLine: { lineStyle: { color: paint.line } }, ...axis },
    series: [
      {
        name: words.answered, type: 'bar', stack: 'today', barCategoryGap: '20%', itemStyle: { decal: { symbol: 'none' } },
        data: spread(day.curve, since, (row) => row.answered, until),
        markArea: {
          silent: true, itemStyle: { color: paint.bad, opacity: 0.18 },
          label: { color: paint.text, fontSize: paint.size * 0.85 }, data: spans as never,
        },
      },
      { name: words.unanswered, type: 'bar', stack: 'today', data: spread(day.curve, since, (row) => row.unanswered, until) },
      // nothing was counted then: no line of zeros, which would be an answer
      ...(day.week_before.some((row) => row.offered) ? [{
        name: words.weekBefore, type: 'line', step: 'middle', symbol: 'none', lineStyle: { width: 3, type: 'dashed' },
        data: spread(day.week_before, lastWeek, (row) => row.offered),
      } as const] : []),
    ],
  }
}

function clip(bin: number): number {
  return Math.min(BINS - 1, Math.max(0, bin))
}
