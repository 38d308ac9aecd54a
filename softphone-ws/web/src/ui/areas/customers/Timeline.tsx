import { Button, Chip } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { mayEnter } from '../../../core/roles';
import css from '../../crm/crm.module.css';
import { TimelineLine, TimelineText } from '../../crm/TimelineEntry';
import { EmptyState, ErrorState, LoadingState, Time } from '../../kit';
import { InteractionRecordings } from '../../kit/recording';
import { useSession } from '../../world';
import own from './customers.module.css';

type Entry = Schemas['TimelineEntry'];

const KINDS = [
  'interaction',
  'ticket',
  'order',
  'callback',
  'task',
  'note',
  'script',
  'consent',
  'open_item',
] as const;

/** What happened with a customer on all channels, the latest first. */
export function Timeline({ id }: { id: string }) {
  const { t } = useTranslation(['customers', 'crm', 'common']);
  const { roles } = useSession();
  const [kinds, setKinds] = useState<string[]>([]);
  const shown: readonly string[] = mayEnter(roles, ['supervisor', 'admin']) ? [...KINDS, 'change'] : KINDS;
  const asked = kinds.join(',');
  const entries = usePages(['timeline', id, asked], (cursor, signal) =>
    body(
      api.GET('/api/v1/customers/{id}/timeline', {
        params: { path: { id }, query: { ...(asked !== '' && { kinds: asked }), ...cursor } },
        signal,
      }),
    ),
  );
  return (
    <>
      <Chip.Group multiple value={kinds} onChange={setKinds}>
        <div className={css.row}>
          {shown.map((kind) => (
            <Chip key={kind} value={kind} size="xs">
              {t(`crm:timeline.kind.${kind as 'note'}`)}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      {entries.loading && <LoadingState />}
      {entries.error && entries.items.length === 0 && (
        <ErrorState error={entries.error} retry={entries.retry} />
      )}
      {!entries.loading && !entries.error && entries.items.length === 0 && (
        <EmptyState title={t('customers:timeline.none')} />
      )}
      <ol className={css.list}>
        {entries.items.map((entry) => (
          <Event key={`${entry.kind}${entry.id}${entry.at}`} entry={entry} />
        ))}
      </ol>
      {entries.hasMore && (
        <Button variant="subtle" fullWidth loading={entries.loadingMore} onClick={entries.more}>
          {t('common:list.more')}
        </Button>
      )}
    </>
  );
}

function Event({ entry }: { entry: Entry }) {
  const { t } = useTranslation('customers');
  const [open, setOpen] = useState(false);
  return (
    <li className={own.event}>
      <span className={own.when}>
        <Time ms={entry.at / 1000} />
      </span>
      <div className={css.grow}>
        <div className={css.row}>
          <TimelineLine entry={entry} />
          {entry.kind === 'interaction' && (
            <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('timeline.listen')}
            </Button>
          )}
        </div>
        <TimelineText entry={entry} />
        {open && <InteractionRecordings interaction={entry.id} />}
      </div>
    </li>
  );
}
