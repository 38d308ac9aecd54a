import { Anchor, Button, Group, Select } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body } from '../../../api/client';
import { formatDuration } from '../../../core/duration';
import css from '../../crm/crm.module.css';
import { usePersonName } from '../../crm/lookups';
import { TicketTable } from '../../crm/TicketTable';
import { EmptyState, SectionCard, Time, timeText } from '../../kit';
import { InteractionRecordings } from '../../kit/recording';
import { type Ticket, useTicketAct } from './useTicket';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Contacts and tickets that belong to a ticket. */
export function Links({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  return (
    <div className={css.stack}>
      <SectionCard title={t('interactions')}>
        <Interactions row={row} />
      </SectionCard>
      <SectionCard title={t('children')}>
        <Others ids={row.children} empty={t('noChildren')} />
      </SectionCard>
      {row.merged.length > 0 && (
        <SectionCard title={t('mergedHere')}>
          <Others ids={row.merged} empty="" />
        </SectionCard>
      )}
    </div>
  );
}

function Others({ ids, empty }: { ids: readonly string[]; empty: string }) {
  const rows = useQueries({
    queries: ids.slice(0, 100).map((id) => ({
      queryKey: ['tickets', id],
      queryFn: () => body(api.GET('/api/v1/tickets/{id}', { params: { path: { id } } })),
      retry: false,
    })),
    combine: (results) => results.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  return <TicketTable rows={rows} empty={empty} />;
}

function Interactions({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const act = useTicketAct();
  const [added, setAdded] = useState<string | null>(null);
  const path = { id: row.id };
  const add = () =>
    void act(() =>
      api.POST('/api/v1/tickets/{id}/interactions', {
        params: { path },
        body: { interaction_id: added ?? '' },
      }),
    ).then((done) => done && setAdded(null));
  const drop = (interaction: string) =>
    void act(() =>
      api.DELETE('/api/v1/tickets/{id}/interactions/{interaction}', {
        params: { path: { ...path, interaction } },
      }),
    );
  return (
    <>
      {row.interactions.length === 0 && <EmptyState title={t('noInteractions')} />}
      <ul className={css.list}>
        {row.interactions.map((id) => (
          <Interaction key={id} id={id} drop={() => drop(id)} />
        ))}
      </ul>
      <Group align="end">
        <ContactPick
          customer={row.customer_id ?? null}
          linked={row.interactions}
          value={added}
          onChange={setAdded}
        />
        <Button variant="light" disabled={added === null} onClick={add}>
          {t('link')}
        </Button>
      </Group>
    </>
  );
}

/** One of the customer's latest contacts; another's by its id. */
function ContactPick({
  customer,
  linked,
  value,
  onChange,
}: {
  customer: string | null;
  linked: readonly string[];
  value: string | null;
  onChange: (id: string | null) => void;
}) {
  const { t, i18n } = useTranslation(['tickets', 'customers', 'crm']);
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['customers', customer, 'timeline', 'interaction'],
    enabled: customer !== null,
    queryFn: () =>
      body(
        api.GET('/api/v1/customers/{id}/timeline', {
          params: { path: { id: customer ?? '' }, query: { kinds: 'interaction', limit: '50' } },
        }),
      ),
  });
  const rows = (found.data?.items ?? [])
    .filter(({ id }) => !linked.includes(id))
    .map(({ id, at, detail, user }) => {
      const [channel = '', direction = ''] = (detail ?? '').split(' ');
      const words = [
        timeText(at / 1000, i18n.language),
        t(`crm:timeline.channel.${channel as 'voice'}`, { defaultValue: channel }),
        t(`crm:timeline.direction.${direction as 'inbound'}`, { defaultValue: direction }),
        user,
      ];
      return { value: id, label: words.filter(Boolean).join(' · ') };
    });
  const named = text.trim().toLowerCase();
  const other = UUID.test(named) && ![...linked, ...rows.map((row) => row.value)].includes(named);
  return (
    <Select
      label={t('linkInteraction')}
      placeholder={t('linkPlaceholder')}
      style={{ width: '22rem' }}
      data={other ? [...rows, { value: named, label: named }] : rows}
      value={value}
      onChange={onChange}
      onSearchChange={setText}
      searchable
      clearable
      nothingFoundMessage={t('crm:pick.nothing')}
      clearButtonProps={{ 'aria-label': t('crm:pick.clear') }}
    />
  );
}

function Interaction({ id, drop }: { id: string; drop: () => void }) {
  const { t } = useTranslation('tickets');
  const person = usePersonName();
  const [open, setOpen] = useState(false);
  const detail = useQuery({
    queryKey: ['interactions', id],
    retry: false,
    queryFn: () => body(api.GET('/api/v1/interactions/{id}', { params: { path: { id } } })),
  });
  const { data } = detail;
  return (
    <li className={css.entry}>
      <div className={css.row}>
        {data ? (
          <>
            <Anchor component={Link} href={`/interactions/${id}`} inherit>
              <Time ms={data.opened_at / 1000} />
            </Anchor>
            <bdi>{data.direction === 'outbound' ? data.to : (data.from ?? t('withheld'))}</bdi>
            <span className={css.dim}>
              {person(data.agent_id)} {formatDuration(data.talk_ms)}
            </span>
          </>
        ) : (
          <span className={css.dim}>{detail.isError ? t('notYours') : id.slice(-8)}</span>
        )}
        <span className={css.grow} />
        {data?.recorded && (
          <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('listen')}
          </Button>
        )}
        <Button size="compact-xs" variant="subtle" color="gray" onClick={drop}>
          {t('unlink')}
        </Button>
      </div>
      {open && <InteractionRecordings interaction={id} />}
    </li>
  );
}
