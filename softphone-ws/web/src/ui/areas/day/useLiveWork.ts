import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTopic } from '../../hooks/useTopic';

const KEYS = ['my-work', 'tasks', 'callbacks', 'reminders', 'notifications', 'notices'];

/** Reads the lists again when something in one's work changed. */
export function useLiveWork(): void {
  const state = useTopic('my-work');
  const queries = useQueryClient();
  const seen = useRef(false);
  useEffect(() => {
    if (state.status !== 'live') return;
    // The first snapshot comes with the page, which has just read everything.
    if (seen.current) for (const key of KEYS) void queries.invalidateQueries({ queryKey: [key] });
    seen.current = true;
  }, [state, queries]);
}
