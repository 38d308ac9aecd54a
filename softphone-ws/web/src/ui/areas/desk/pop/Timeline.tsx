import { Button, Chip, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { TimelineLine, TimelineText } from '../../../crm/TimelineEntry';
import { useEntries } from '../../../hooks/useTopic';
import { EmptyState, ErrorState, LoadingState, SectionCard, Time } from '../../../kit';
import css from '../desk.module.css';

const FILTERS = ['interaction', 'ticket', 'order', 'note'] as const;

/** What happened with the customer on all channels, the latest first. */
export function Timeline({ customer }: { customer: string }) {
  const { t } = useTranslation(['pop', 'crm', 'common']);
  const [kinds, setKinds] = useState<string[]>([]);
  const queries = useQueryClient();
  const changes = useEntries(`customer/${customer}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changed of the record, it is in the timeline.
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['customers', customer, 'timeline'] });
  }, [changes, customer, queries]);
  const entries = usePages(['customers', customer, 'timeline', kinds], (cursor, signal) =>
    body(
      api.GET('/api/v1/customers/{id}/timeline', {
        params: {
          path: { id: customer },
          query: { limit: '20', ...(kinds.length > 0 && { kinds: kinds.join(',') }), ...cursor },
        },
        signal,
      }),
    ),
  );
  return (
    <SectionCard
      title={t('timeline.title')}
      actions={
        <Chip.Group multiple value={kinds} onChange={setKinds}>
          <Group gap={4}>
            {FILTERS.map((kind) => (
              <Chip key={kind} value={kind} size="xs">
                {t(`crm:timeline.kind.${kind}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      }
    >
      {entries.loading ? (
        <LoadingState />
      ) : entries.error && entries.items.length === 0 ? (
        <ErrorState error={entries.error} retry={entries.retry} />
      ) : entries.items.length === 0 ? (
        <EmptyState title={t('timeline.empty')} />
      ) : (
        <ul className={css.list}>
          {entries.items.map((entry) => (
            <li key={`${entry.kind}:${entry.id}:${entry.at}`}>
              <div className={css.row}>
                <TimelineLine entry={entry} />
                <span className={css.grow} />
                <span className={css.small}>
                  <Time ms={entry.at / 1000} />
                </span>
              </div>
              <TimelineText entry={entry} />
            </li>
          ))}
        </ul>
      )}
      {entries.hasMore && (
        <Button variant="subtle" fullWidth loading={entries.loadingMore} onClick={entries.more}>
          {t('common:list.more')}
        </Button>
      )}
    </SectionCard>
  );
}
