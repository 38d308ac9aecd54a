/** ECharts with what is used of it; loaded only with the charts. Draws on a canvas: no style of its own enters the page. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import css from './charts.module.css';

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

interface Props {
  label: string;
  option: EChartsCoreOption;
  /** A place of the horizontal axis was chosen, in a series. */
  onChoose: (index: number, series: number) => void;
}

export default function Chart({ label, option, onChoose }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init> | null>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  useEffect(() => {
    if (place.current === null) return;
    const made = init(place.current);
    chart.current = made;
    made.on('click', ({ dataIndex, seriesIndex }) => choose.current(dataIndex, seriesIndex ?? 0));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);
  return <div ref={place} role="img" aria-label={label} className={css.chart} />;
}
