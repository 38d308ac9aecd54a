/** How slots are drawn. */
import type { EChartsCoreOption } from 'echarts/core';
import type { Slot } from '../../../../core/floor/charts';

export interface Look {
  text: string;
  grid: string;
  offered: string;
  answered: string;
  abandoned: string;
  line: string;
}

export const LOOKS: Record<'light' | 'dark', Look> = {
  light: {
    text: '#495057',
    grid: '#dee2e6',
    offered: '#adb5bd',
    answered: '#3b5bdb',
    abandoned: '#e8590c',
    line: '#2b8a3e',
  },
  dark: {
    text: '#c1c2c5',
    grid: '#373a40',
    offered: '#5c5f66',
    answered: '#748ffc',
    abandoned: '#ff922b',
    line: '#69db7c',
  },
};

export interface Series {
  name: string;
  kind: 'bar' | 'line';
  colour: string;
  values: readonly (number | null)[];
}

/** `unit` stands at the vertical axis. */
export function optionOf(
  slots: readonly Slot[],
  time: (ms: number) => string,
  series: readonly Series[],
  unit: string,
  look: Look,
  max?: number,
): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { color: look.text },
    grid: { left: 48, right: 16, top: 40, bottom: 28 },
    legend: { top: 4, textStyle: { color: look.text }, icon: 'roundRect' },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
    xAxis: {
      type: 'category',
      data: slots.map((slot) => time(slot.at)),
      axisLabel: { color: look.text },
      axisLine: { lineStyle: { color: look.grid } },
    },
    yAxis: {
      type: 'value',
      name: unit,
      nameTextStyle: { color: look.text },
      axisLabel: { color: look.text },
      splitLine: { lineStyle: { color: look.grid } },
      minInterval: 1,
      ...(max !== undefined && { max }),
    },
    series: series.map(({ name, kind, colour, values }) => ({
      name,
      type: kind,
      data: values,
      itemStyle: { color: colour },
      barMaxWidth: 14,
      ...(kind === 'line' && { connectNulls: false, symbolSize: 5, lineStyle: { width: 2 } }),
    })),
  };
}
