import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Schemas } from '../../../api/client';
import { lengthMs } from '../../../core/recording';
import css from './recording.module.css';

interface Props {
  parts: readonly Schemas['RecordingPartView'][];
  gaps: readonly Schemas['GapView'][];
  /** By part; what is not there yet is a flat line. */
  peaks: ReadonlyMap<number, Schemas['RecordingPeaks']>;
}

const FULL = 32_767;

/** Both voices over time: the customer above, our side below. */
export function Waveform({ parts, gaps, peaks }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, which changes them with the scheme
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const draw = () => drawVoices(element, parts, gaps, peaks);
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [parts, gaps, peaks, scheme]);
  return <canvas ref={canvas} className={css.canvas} aria-hidden />;
}

function drawVoices(
  canvas: HTMLCanvasElement,
  parts: Props['parts'],
  gaps: Props['gaps'],
  peaks: Props['peaks'],
) {
  const context = canvas.getContext('2d');
  const all = lengthMs(parts);
  if (context === null || all === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const half = height / 2;
  context.fillStyle = colour('--gap');
  for (const gap of gaps) {
    context.fillRect(
      (gap.offset_ms / all) * width,
      0,
      Math.max(2, ((gap.lost_ms ?? 0) / all) * width),
      height,
    );
  }
  for (const part of parts) {
    const [from, wide] = [(part.offset_ms / all) * width, (part.duration_ms / all) * width];
    const own = peaks.get(part.part);
    drawVoice(context, own?.customer ?? [], {
      from,
      wide,
      middle: half / 2,
      half: half / 2 - 2,
      colour: colour('--customer'),
    });
    drawVoice(context, own?.agent ?? [], {
      from,
      wide,
      middle: half * 1.5,
      half: half / 2 - 2,
      colour: colour('--agent'),
    });
  }
}

function drawVoice(
  context: CanvasRenderingContext2D,
  peaks: readonly number[],
  {
    from,
    wide,
    middle,
    half,
    colour,
  }: { from: number; wide: number; middle: number; half: number; colour: string },
) {
  context.fillStyle = colour;
  context.fillRect(from, middle - 0.5, wide, 1);
  const column = wide / Math.max(1, peaks.length);
  peaks.forEach((peak, at) => {
    // The square root shows quiet speech beside loud.
    const high = Math.sqrt(peak / FULL) * half;
    context.fillRect(from + at * column, middle - high, Math.max(1, column), 2 * high);
  });
}
