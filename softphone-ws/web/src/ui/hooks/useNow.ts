/** One clock for all timers on the screen: they tick together, once a second. */
import { useSyncExternalStore } from 'react';
import { useWorld } from '../world';

const watchers = new Set<() => void>();
let second = Math.floor(Date.now() / 1000);
let timer: ReturnType<typeof setInterval> | undefined;

function watch(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    second = Math.floor(Date.now() / 1000);
    for (const tick of watchers) tick();
  }, 1000);
  return () => {
    watchers.delete(changed);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Now in ms by the server's clock; renders again once a second. */
export function useNow(): number {
  useSyncExternalStore(watch, () => second);
  return useWorld().link.serverNow();
}
