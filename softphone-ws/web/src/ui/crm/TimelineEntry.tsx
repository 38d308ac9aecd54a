import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import { money } from '../../core/crm/text';
import css from './crm.module.css';

type Entry = Schemas['TimelineEntry'];

/** What an entry of a customer's timeline is, how it stands and whose it is: parts of one line. */
export function TimelineLine({ entry }: { entry: Entry }) {
  const { t } = useTranslation('crm');
  const state = entry.state ?? '';
  return (
    <>
      <Text fw={600} span>
        {t(`timeline.kind.${entry.kind as 'note'}`, { defaultValue: entry.kind })}
      </Text>
      <Detail entry={entry} />
      {state !== '' && (
        <span className={css.dim}>{t(`timeline.state.${state as 'open'}`, { defaultValue: state })}</span>
      )}
      {entry.user && <span className={css.dim}>{entry.user}</span>}
    </>
  );
}

/** What it says beside that: its text, and what was changed. */
export function TimelineText({ entry }: { entry: Entry }) {
  const { t } = useTranslation('customers');
  return (
    <>
      {entry.title && !IN_LINE.has(entry.kind) && (
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
    </>
  );
}

/** The title of these is part of the line. */
const IN_LINE: ReadonlySet<string> = new Set(['interaction', 'ticket', 'change']);

function Detail({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation(['crm', 'customers']);
  const detail = entry.detail ?? '';
  const title = entry.title ?? '';
  switch (entry.kind) {
    case 'interaction': {
      const [channel = '', direction = ''] = detail.split(' ');
      return (
        <span>
          {t(`timeline.channel.${channel as 'voice'}`, { defaultValue: channel })} ·{' '}
          {t(`timeline.direction.${direction as 'inbound'}`, { defaultValue: direction })} <bdi>{title}</bdi>
        </span>
      );
    }
    case 'ticket':
      return (
        <Anchor component={Link} href={`/tickets/${entry.id}`} inherit>
          #{detail} <bdi>{title}</bdi>
        </Anchor>
      );
    case 'order': {
      const [minor = '', currency = ''] = detail.split(' ');
      return <span>{money(Number(minor), currency, i18n.language)}</span>;
    }
    case 'consent':
      return <span>{t(`customers:channel.${detail as 'voice'}`, { defaultValue: detail })}</span>;
    case 'change':
      return (
        <span>
          {t(`timeline.resource.${detail as 'customer'}`, { defaultValue: detail })}:{' '}
          {t(`timeline.action.${title as 'update'}`, { defaultValue: title })}
        </span>
      );
    case 'note':
    case 'open_item':
      return detail === 'customer' ? null : (
        <span className={css.dim}>{t(`timeline.kind.${detail as 'ticket'}`, { defaultValue: detail })}</span>
      );
    default:
      return detail === '' ? null : <bdi>{detail}</bdi>;
  }
}

const word = (value: unknown) =>
  value === null || value === undefined || value === ''
    ? '—'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
