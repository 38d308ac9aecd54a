import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body } from '../../../api/client';
import { usePages } from '../../../api/pages';
import type { SavedList } from '../../../core/crm/lists';
import { given } from '../../../core/crm/text';
import { ListBar } from '../../crm/ListBar';
import { useQueueName, useTicketTypes } from '../../crm/lookups';
import { PersonPick, QueuePick, TeamPick } from '../../crm/pickers';
import { SearchInput } from '../../crm/SearchInput';
import { TicketTable } from '../../crm/TicketTable';
import { type FilterState, useFilters } from '../../crm/useFilters';
import { Filters, Page } from '../../kit';
import { useSession } from '../../world';
import { PRIORITIES, STATUSES } from './words';

export default function TicketsPage() {
  const { t } = useTranslation('tickets');
  const filters = useFilters();
  const rows = usePages(['tickets', 'list', filters.values], (cursor, signal) =>
    body(api.GET('/api/v1/tickets', { params: { query: { ...given(filters.values), ...cursor } }, signal })),
  );
  return (
    <Page
      title={t('title')}
      actions={
        <Button component={Link} href="/tickets/new" leftSection={<IconPlus size={14} />}>
          {t('new.title')}
        </Button>
      }
    >
      <Lists filters={filters} />
      <Narrow filters={filters} />
      <TicketTable rows={rows} empty={filters.any ? t('noneFound') : t('none')} />
    </Page>
  );
}

function Lists({ filters }: { filters: FilterState }) {
  const { t } = useTranslation('tickets');
  const { user } = useSession();
  const queueName = useQueueName();
  const live = { live: 'true' };
  const own: SavedList[] = [
    { name: t('lists.mine'), filters: { ...live, assignee: user.id } },
    ...user.queues
      .map((queue) => ({ name: queueName(queue), filters: { ...live, queue } }))
      .filter(({ name }) => name !== ''),
    ...(user.team_id ? [{ name: t('lists.team'), filters: { ...live, team: user.team_id } }] : []),
    { name: t('lists.watched'), filters: { ...live, watcher: user.id } },
    { name: t('lists.late'), filters: { ...live, breached: 'true' } },
    { name: t('lists.live'), filters: live },
    { name: t('lists.all'), filters: {} },
  ];
  return <ListBar of="tickets" filters={filters} own={own} />;
}

function Narrow({ filters }: { filters: FilterState }) {
  const { t } = useTranslation(['tickets', 'crm', 'common']);
  const types = useTicketTypes();
  const { get, set } = filters;
  const any = { value: '', label: t('tickets:any') };
  return (
    <Filters>
      <SearchInput
        label={t('tickets:search')}
        value={get('search')}
        onChange={(search) => set({ search })}
        width="13rem"
      />
      <NativeSelect
        size="xs"
        label={t('crm:ticket.statusName')}
        value={get('status')}
        onChange={(event) => set({ status: event.currentTarget.value })}
        data={[any, ...STATUSES.map((value) => ({ value, label: t(`crm:ticket.status.${value}`) }))]}
      />
      <NativeSelect
        size="xs"
        label={t('tickets:field.priority')}
        value={get('priority')}
        onChange={(event) => set({ priority: event.currentTarget.value })}
        data={[any, ...PRIORITIES.map((value) => ({ value, label: t(`crm:ticket.priority.${value}`) }))]}
      />
      <NativeSelect
        size="xs"
        label={t('tickets:field.type_id')}
        value={get('type')}
        onChange={(event) => set({ type: event.currentTarget.value })}
        data={[any, ...(types.data ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <QueuePick
        label={t('tickets:field.queue_id')}
        value={get('queue') || null}
        onChange={(queue) => set({ queue })}
      />
      <TeamPick
        label={t('tickets:field.team_id')}
        value={get('team') || null}
        onChange={(team) => set({ team })}
      />
      <PersonPick
        label={t('tickets:field.assignee_id')}
        value={get('assignee') || null}
        onChange={(assignee) => set({ assignee })}
      />
      <Checkbox
        size="xs"
        label={t('tickets:lists.live')}
        checked={get('live') === 'true'}
        onChange={(event) => set({ live: event.currentTarget.checked ? 'true' : '' })}
      />
      <Checkbox
        size="xs"
        label={t('tickets:lists.late')}
        checked={get('breached') === 'true'}
        onChange={(event) => set({ breached: event.currentTarget.checked ? 'true' : '' })}
      />
      {filters.any && (
        <Button variant="subtle" onClick={() => filters.replace({})}>
          {t('common:action.clear')}
        </Button>
      )}
    </Filters>
  );
}
