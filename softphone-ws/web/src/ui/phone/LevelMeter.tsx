import { useEffect, useRef } from 'react';
import css from './phone.module.css';

const EVERY_MS = 80;

/** A bar as long as something is loud; drawn past React, twelve times a second. */
export function LevelMeter({ label, level }: { label: string; level: () => number }) {
  const fill = useRef<HTMLDivElement>(null);
  const read = useRef(level);
  read.current = level;
  useEffect(() => {
    const timer = setInterval(() => {
      const now = read.current();
      if (fill.current === null) return;
      fill.current.style.transform = `scaleX(${now.toFixed(3)})`;
      fill.current.parentElement?.setAttribute('aria-valuenow', String(Math.round(now * 100)));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div
      className={css.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <div ref={fill} className={css.meterFill} style={{ transform: 'scaleX(0)' }} />
    </div>
  );
}
