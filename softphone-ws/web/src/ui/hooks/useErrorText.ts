import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../../api/client';
import { CommandError } from '../../core/link';

const COMMANDS = {
  offline: 'error.offline',
  lost: 'error.unsure',
  timeout: 'error.unsure',
  busy: 'error.busy',
  slow_down: 'error.slowDown',
  forbidden: 'error.forbidden',
  not_found: 'error.notFound',
  wrong_state: 'error.wrongState',
  not_signed_in: 'error.notSignedIn',
  taken: 'error.taken',
  device_cannot: 'error.deviceCannot',
  device_unreachable: 'error.deviceUnreachable',
} as const;

const STATUSES = {
  0: 'error.unreachable',
  403: 'error.forbidden',
  404: 'error.notFound',
  412: 'error.conflict',
  429: 'error.slowDown',
  503: 'error.busy',
} as const;

/** What a person is told of an error: what happened and what to do. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (error instanceof CommandError) {
        const key = COMMANDS[error.code as keyof typeof COMMANDS];
        return key === undefined ? error.message : t(key);
      }
      if (error instanceof Problem) {
        const key = STATUSES[error.status as keyof typeof STATUSES];
        if (key !== undefined) return t(key);
        return error.status < 500 ? error.message : t('error.unexpected');
      }
      return t('error.unexpected');
    },
    [t],
  );
}
