/** Keys that do something on this page. The help (`?`) shows those of everything mounted. */
import { useEffect, useRef, useSyncExternalStore } from 'react';

interface Shortcut {
  keys: string;
  label: string;
  run: { current: () => void };
}

let shortcuts: readonly Shortcut[] = [];
const watchers = new Set<() => void>();

function change(next: readonly Shortcut[]): void {
  shortcuts = next;
  for (const changed of watchers) changed();
}

/** `?`, `/`, `F2`, `Alt+a`, `Ctrl+Enter`: modifiers in this order, letters small. */
function keysOf(event: KeyboardEvent): string {
  // With Alt a Mac writes other letters: then the key itself counts.
  const plain = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
  const key = plain.length === 1 ? plain.toLowerCase() : plain;
  return [event.ctrlKey || event.metaKey ? 'Ctrl+' : '', event.altKey ? 'Alt+' : '', key].join('');
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function onKey(event: KeyboardEvent): void {
  const keys = keysOf(event);
  // A plain key is text while somebody writes; with Ctrl, Alt or as a function key it is meant.
  if (event.defaultPrevented || (keys.length === 1 && typing(event.target))) return;
  // The latest mounted wins: a dialog over its page.
  const hit = shortcuts.findLast((shortcut) => shortcut.keys === keys);
  if (hit === undefined) return;
  event.preventDefault();
  hit.run.current();
}

/** `label` is the translated name shown in the help. */
export function useShortcut(keys: string, label: string, run: () => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const shortcut = { keys, label, run: latest };
    if (shortcuts.length === 0) window.addEventListener('keydown', onKey);
    change([...shortcuts, shortcut]);
    return () => {
      change(shortcuts.filter((other) => other !== shortcut));
      if (shortcuts.length === 0) window.removeEventListener('keydown', onKey);
    };
  }, [keys, label, enabled]);
}

export function useShortcuts(): readonly { keys: string; label: string }[] {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => shortcuts,
  );
}
