import { Button, Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../hooks/useErrorText';
import css from './kit.module.css';

/** Nothing is there: says so, and offers what may be done about it. */
export function EmptyState({ title, action }: { title?: string; action?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={css.state}>
      <Text>{title ?? t('list.empty')}</Text>
      {action}
    </div>
  );
}

export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  return (
    <div className={css.state} role="alert">
      <Text fw={600}>{t('error.title')}</Text>
      <Text>{textOf(error)}</Text>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('error.retry')}
        </Button>
      )}
    </div>
  );
}

export function LoadingState() {
  const { t } = useTranslation();
  return (
    <div className={css.state} role="status" aria-label={t('list.loading')}>
      <Loader size="sm" />
    </div>
  );
}
