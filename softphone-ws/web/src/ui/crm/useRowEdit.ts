/** Writes changes of a row at once. What others changed meanwhile stays; what both changed is asked. */
import { useCallback, useRef, useState } from 'react';
import { Problem } from '../../api/client';
import { type Clash, clashes, without } from '../../core/crm/edit';

interface Versioned {
  version: number;
}

export interface RowEdit<C extends object> {
  /** True: it is written. False: refused, or a conflict is to be decided. */
  save: (changes: C) => Promise<boolean>;
  busy: boolean;
  error: unknown;
  conflict: {
    clashes: readonly Clash[];
    resolve: (theirs: readonly string[]) => void;
    cancel: () => void;
  } | null;
  clear: () => void;
}

interface Ways<R extends Versioned, C extends object> {
  row: R;
  write: (changes: C, version: number) => Promise<Versioned>;
  /** Reads the row anew. */
  read: () => Promise<R>;
  /** Something was written or read: what is shown is to be read anew. */
  done: () => void;
}

const TRIES_MAX = 4;

export function useRowEdit<R extends Versioned, C extends object>(ways: Ways<R, C>): RowEdit<C> {
  const latest = useRef(ways);
  latest.current = ways;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [stuck, setStuck] = useState<{ changes: C; theirs: R; found: Clash[] } | null>(null);

  const put = useCallback(async (changes: C, base: R): Promise<boolean> => {
    setBusy(true);
    setError(null);
    let on = base;
    try {
      for (let n = 0; n < TRIES_MAX; n++) {
        try {
          await latest.current.write(changes, on.version);
          setStuck(null);
          latest.current.done();
          return true;
        } catch (problem) {
          if (!(problem instanceof Problem) || problem.status !== 412) throw problem;
          const theirs = await latest.current.read();
          const found = clashes(on, changes as Record<string, unknown>, theirs);
          if (found.length > 0) {
            setStuck({ changes, theirs, found });
            return false;
          }
          on = theirs;
        }
      }
      throw new Problem(412, {});
    } catch (problem) {
      setStuck(null);
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  const save = useCallback((changes: C) => put(changes, latest.current.row), [put]);
  const conflict = stuck && {
    clashes: stuck.found,
    resolve: (theirs: readonly string[]) => {
      const left = without(stuck.changes as Record<string, unknown>, theirs);
      setStuck(null);
      latest.current.done();
      if (Object.keys(left).length > 0) void put(left as C, stuck.theirs);
    },
    cancel: () => {
      setStuck(null);
      latest.current.done();
    },
  };
  return { save, busy, error, conflict, clear: useCallback(() => setError(null), []) };
}
