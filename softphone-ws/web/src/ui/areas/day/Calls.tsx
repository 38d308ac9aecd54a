import { Anchor, Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { fromLocalInput, given } from '../../../core/crm/text';
import { formatDuration } from '../../../core/duration';
import css from '../../crm/crm.module.css';
import { DialNumber } from '../../crm/DialNumber';
import { useCustomerName, useNames, useQueueName, useWrapUpCodes } from '../../crm/lookups';
import { SearchInput } from '../../crm/SearchInput';
import { DataTable, Dialog, EmptyState, Filters, Time } from '../../kit';
import { InteractionRecordings } from '../../kit/recording';
import { useSession, useWorld } from '../../world';

type Row = Schemas['InteractionSummary'];

/** The midnight after this one, also where clocks are changed in between. Moments in µs. */
function dayAfter(from: number): number {
  const next = new Date(from / 1000);
  next.setDate(next.getDate() + 1);
  return next.getTime() * 1000;
}

const dayHere = (ms: number) => {
  const at = new Date(ms);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

/** One's own contacts of a day, with what was recorded. */
export function Calls() {
  const { t } = useTranslation('day');
  const { user } = useSession();
  const { link } = useWorld();
  const [day, setDay] = useState(() => dayHere(link.serverNow()));
  const [number, setNumber] = useState('');
  const [heard, setHeard] = useState<Row | null>(null);
  const [queue, code] = [useQueueName(), useNames(useWrapUpCodes())];
  const from = fromLocalInput(`${day}T00:00`);
  const filters = { agent: user.id, from, to: from === null ? null : dayAfter(from), number };
  const rows = usePages(['interactions', 'mine', filters], (cursor, signal) =>
    body(api.GET('/api/v1/interactions', { params: { query: { ...given(filters), ...cursor } }, signal })),
  );
  return (
    <>
      <Filters>
        <TextInput
          label={t('day')}
          type="date"
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <SearchInput label={t('number')} value={number} onChange={setNumber} />
      </Filters>
      <DataTable
        label={t('tab.calls')}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('noCalls')} />}
        columns={[
          {
            key: 'at',
            title: t('when'),
            width: '7rem',
            cell: (row) => <Time ms={row.opened_at / 1000} as="time" />,
          },
          {
            key: 'direction',
            title: t('direction.title'),
            width: '7rem',
            cell: (row) => t(`direction.${row.direction as 'inbound'}`, { defaultValue: row.direction }),
          },
          { key: 'who', title: t('who'), cell: (row) => <Who row={row} /> },
          { key: 'queue', title: t('queue'), cell: (row) => queue(row.queue_id) },
          {
            key: 'talk',
            title: t('talked'),
            end: true,
            width: '6rem',
            cell: (row) => formatDuration(row.talk_ms),
          },
          {
            key: 'code',
            title: t('outcome'),
            cell: (row) => code(row.wrap_up_code_id) || (row.state === 'open' ? t('open') : ''),
          },
          {
            key: 'recording',
            title: t('recording'),
            width: '8rem',
            cell: (row) =>
              (row.recorded || row.channel === 'voicemail') && (
                <Button size="compact-xs" variant="light" onClick={() => setHeard(row)}>
                  {t('listen')}
                </Button>
              ),
          },
        ]}
      />
      {heard && (
        <Dialog title={t('recording')} onClose={() => setHeard(null)} size="xl">
          <InteractionRecordings interaction={heard.id} />
        </Dialog>
      )}
    </>
  );
}

function Who({ row }: { row: Row }) {
  const { t } = useTranslation('day');
  const name = useCustomerName(row.customer_id);
  const number = row.direction === 'outbound' ? row.to : row.from;
  return (
    <span className={css.row}>
      {row.customer_id && name !== '' && (
        <Anchor component={Link} href={`/customers/${row.customer_id}`} inherit>
          <bdi>{name}</bdi>
        </Anchor>
      )}
      <bdi className={name === '' ? undefined : css.dim}>{number ?? t('withheld')}</bdi>
      {number && <DialNumber number={number} />}
    </span>
  );
}
