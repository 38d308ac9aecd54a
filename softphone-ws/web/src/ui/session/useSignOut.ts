import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, Problem } from '../../api/client';
import { useWorld } from '../world';
import { SESSION } from './session';

export function useSignOut(): () => Promise<void> {
  const { link } = useWorld();
  const queries = useQueryClient();
  return useCallback(async () => {
    try {
      await api.DELETE('/api/v1/session');
    } catch (error) {
      // 401: it had ended by itself.
      if (!(error instanceof Problem && error.status === 401)) throw error;
    }
    link.stop();
    queries.clear();
    queries.setQueryData(SESSION, null);
  }, [link, queries]);
}
