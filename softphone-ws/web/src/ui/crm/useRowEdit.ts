/** Writes changes of a row at once. What others changed meanwhile stays; what both changed is asked. */
import { useCallback, useRef, useState } from 'react';
import { Problem } from '../../api/client';
import { type Clash, clashes, without } from '../../core/crm/edit';

interface Versioned {
  version: number;
}

export interface RowEdit<C extends object, R extends object = object> {
  /**
   * Writes changes of the row as it was rendered when this function was: whoever keeps it keeps what their changes are based on.
   * `base`: of another row. True: written, or decided for what others wrote. False: refused, or left undecided.
   */
  save: (changes: C, base?: R) => Promise<boolean>;
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

/** A conflict before the person. */
interface Stuck<R, C> {
  changes: C;
  theirs: R;
  found: Clash[];
  settle: (done: boolean) => void;
}

export function useRowEdit<R extends Versioned, C extends object>(ways: Ways<R, C>): RowEdit<C, R> {
  const latest = useRef(ways);
  latest.current = ways;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [stuck, setStuck] = useState<Stuck<R, C> | null>(null);

  const put = useCallback(async (changes: C, base: R, now: R): Promise<boolean> => {
    setBusy(true);
    setError(null);
    let [was, on] = [base, now];
    try {
      for (let n = 0; n < TRIES_MAX; n++) {
        const theirs = on;
        const found = clashes(was, changes as Record<string, unknown>, theirs);
        if (found.length > 0) return new Promise((settle) => setStuck({ changes, theirs, found, settle }));
        try {
          await latest.current.write(changes, on.version);
          latest.current.done();
          return true;
        } catch (problem) {
          if (!(problem instanceof Problem) || problem.status !== 412) throw problem;
          was = on;
          on = await latest.current.read();
        }
      }
      throw new Problem(412, {});
    } catch (problem) {
      setError(problem);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);

  const save = (changes: C, base = ways.row) => put(changes, base, latest.current.row);
  const conflict = stuck && {
    clashes: stuck.found,
    resolve: (theirs: readonly string[]) => {
      const left = without(stuck.changes as Record<string, unknown>, theirs);
      setStuck(null);
      latest.current.done();
      if (Object.keys(left).length === 0) stuck.settle(true);
      else void put(left as C, stuck.theirs, stuck.theirs).then(stuck.settle);
    },
    cancel: () => {
      setStuck(null);
      latest.current.done();
      stuck.settle(false);
    },
  };
  return { save, busy, error, conflict, clear: useCallback(() => setError(null), []) };
}
