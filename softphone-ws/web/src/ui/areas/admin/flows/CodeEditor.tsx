import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import css from './code.module.css';

export interface Mark {
  /** From 1. */
  line: number;
  message: string;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  marks: readonly Mark[];
  readOnly?: boolean;
  rows?: number;
  /** Put the cursor here; a new object each time. */
  goTo?: { line: number; column?: number } | null;
}

/** As in the style sheet. */
const LINE_PX = 20;

/** A text with line numbers, and marks at lines where something is wrong. */
export function CodeEditor({
  label,
  value,
  onChange,
  marks,
  readOnly = false,
  rows = 26,
  goTo = null,
}: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split('\n');
  const at = new Map<number, string>();
  for (const { line, message } of marks) at.set(line, at.has(line) ? `${at.get(line)}\n${message}` : message);
  useEffect(() => {
    const text = area.current;
    if (goTo === null || text === null) return;
    const before = text.value.split('\n').slice(0, goTo.line - 1);
    const start = before.reduce((sum, line) => sum + line.length + 1, 0) + (goTo.column ?? 1) - 1;
    text.focus();
    text.setSelectionRange(start, start);
    text.scrollTop = Math.max(0, (goTo.line - 5) * LINE_PX);
  }, [goTo]);
  return (
    <div className={css.editor} style={{ height: rows * LINE_PX + 18 }}>
      <div className={css.gutter} aria-hidden>
        <div ref={gutter}>
          {lines
            .map((_, n) => n + 1)
            .map((line) => (
              <div key={line} className={at.has(line) ? css.marked : css.number} title={at.get(line)}>
                {line}
              </div>
            ))}
        </div>
      </div>
      <textarea
        ref={area}
        className={css.text}
        aria-label={label}
        aria-invalid={marks.length > 0}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        readOnly={readOnly}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => {
          if (gutter.current)
            gutter.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
        }}
      />
    </div>
  );
}

/** A few lines that cannot be changed. */
export function CodeText({ text }: { text: string }) {
  return (
    <Text component="pre" className={css.plain}>
      {text}
    </Text>
  );
}
