import { useEffect, useRef } from 'react';
import css from './phone.module.css';

const EVERY_MS = 80;

/** A bar as long as something is loud; drawn past React, twelve times a second. */
export function LevelMeter({ label, level }: { label: string; level: () => number }) {
  const bar = useRef<HTMLMeterElement>(null);
  const read = useRef(level);
  read.current = level;
  useEffect(() => {
    const timer = setInterval(() => {
      if (bar.current !== null) bar.current.value = read.current();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return <meter ref={bar} className={css.meter} aria-label={label} min={0} max={1} value={0} />;
}
