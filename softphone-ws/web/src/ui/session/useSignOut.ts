import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api/client';
import { useWorld } from '../world';
import { SESSION } from './session';

export function useSignOut(): () => Promise<void> {
  const { link } = useWorld();
  const queries = useQueryClient();
  return useCallback(async () => {
    await api.DELETE('/api/v1/session');
    link.stop();
    queries.clear();
    queries.setQueryData(SESSION, null);
  }, [link, queries]);
}
