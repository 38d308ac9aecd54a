import { Anchor, Button, Chip, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { money } from '../../../core/crm/text';
import { mayEnter } from '../../../core/roles';
import css from '../../crm/crm.module.css';
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
  const { t } = useTranslation(['customers', 'common']);
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
              {t(`customers:timeline.kind.${kind as 'note'}`)}
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
  const { kind, user } = entry;
  return (
    <li className={own.event}>
      <span className={own.when}>
        <Time ms={entry.at / 1000} />
      </span>
      <div className={css.grow}>
        <div className={css.row}>
          <Text fw={600} span>
            {t(`timeline.kind.${kind as 'note'}`, { defaultValue: kind })}
          </Text>
          <Detail entry={entry} />
          <State entry={entry} />
          {user && <span className={css.dim}>{user}</span>}
          {kind === 'interaction' && (
            <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('timeline.listen')}
            </Button>
          )}
        </div>
        {entry.title && kind !== 'interaction' && kind !== 'ticket' && kind !== 'change' && (
          <div className={css.said} dir="auto">
            {entry.title}
          </div>
        )}
        {entry.changes.map(({ field, before, after }) => (
          <div key={field} className={css.meta}>
            <span>{t(`field.${field as 'name'}`, { defaultValue: field })}:</span>
            <span>
              {word(before)} → {word(after)}
            </span>
          </div>
        ))}
        {open && <InteractionRecordings interaction={entry.id} />}
      </div>
    </li>
  );
}

const word = (value: unknown) =>
  value === null || value === undefined || value === ''
    ? '—'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

function Detail({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation('customers');
  const detail = entry.detail ?? '';
  switch (entry.kind) {
    case 'interaction': {
      const [channel = '', direction = ''] = detail.split(' ');
      return (
        <span>
          {t(`timeline.channel.${channel as 'voice'}`, { defaultValue: channel })} ·{' '}
          {t(`timeline.direction.${direction as 'inbound'}`, { defaultValue: direction })}{' '}
          {entry.title && <bdi>{entry.title}</bdi>}
        </span>
      );
    }
    case 'ticket':
      return (
        <Anchor component={Link} href={`/tickets/${entry.id}`} inherit>
          #{detail} <bdi>{entry.title}</bdi>
        </Anchor>
      );
    case 'order': {
      const [minor = '', currency = ''] = detail.split(' ');
      return <span>{money(Number(minor), currency, i18n.language)}</span>;
    }
    case 'consent':
      return <span>{t(`channel.${detail as 'voice'}`, { defaultValue: detail })}</span>;
    case 'change':
      return (
        <span>
          {t(`timeline.resource.${detail as 'customer'}`, { defaultValue: detail })}:{' '}
          {t(`timeline.action.${(entry.title ?? '') as 'update'}`, { defaultValue: entry.title ?? '' })}
        </span>
      );
    case 'note':
      return detail === 'customer' ? null : (
        <span className={css.dim}>{t(`timeline.kind.${detail as 'ticket'}`, { defaultValue: detail })}</span>
      );
    default:
      return detail === '' ? null : <bdi>{detail}</bdi>;
  }
}

function State({ entry }: { entry: Entry }) {
  const { t } = useTranslation('customers');
  const state = entry.state ?? '';
  if (state === '') return null;
  return <span className={css.dim}>{t(`timeline.state.${state as 'open'}`, { defaultValue: state })}</span>;
}
