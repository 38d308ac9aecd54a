import { Badge, Button, NativeSelect, NumberInput, Text, TextInput } from '@mantine/core';
import { IconDownload, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { api, body, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import type { SavedList } from '../../../core/crm/lists';
import { given } from '../../../core/crm/text';
import { mayEnter } from '../../../core/roles';
import css from '../../crm/crm.module.css';
import { ListBar } from '../../crm/ListBar';
import { usePersonName, useTeamName } from '../../crm/lookups';
import { TeamPick } from '../../crm/pickers';
import { SearchInput } from '../../crm/SearchInput';
import { type FilterState, useFilters } from '../../crm/useFilters';
import { type Column, DataTable, EmptyState, Filters, Page, Time } from '../../kit';
import { useSession, useWorld } from '../../world';

type Row = Schemas['CustomerRow'];

const DAY_MS = 86_400_000;
const monthDay = (ms: number) => new Date(ms).toISOString().slice(5, 10);

export default function CustomersPage() {
  const { t } = useTranslation('customers');
  const [, go] = useLocation();
  const { roles, user } = useSession();
  const filters = useFilters();
  const rows = usePages(['customers', 'list', filters.values], (cursor, signal) =>
    body(
      api.GET('/api/v1/customers', { params: { query: { ...given(filters.values), ...cursor } }, signal }),
    ),
  );
  const search = filters.get('search');
  return (
    <Page
      title={t('title')}
      actions={
        <>
          {mayEnter(roles, ['supervisor', 'admin']) && (
            <Button component={Link} href="/customers/duplicates" variant="default">
              {t('duplicates.title')}
            </Button>
          )}
          {mayEnter(roles, ['admin']) && (
            <Button
              component="a"
              href={`/api/v1/exports/customers.csv${search === '' ? '' : `?${new URLSearchParams({ search })}`}`}
              download
              variant="default"
              leftSection={<IconDownload size={14} />}
            >
              {search === '' ? t('exportAll') : t('exportFound')}
            </Button>
          )}
          <Button component={Link} href="/customers/new" leftSection={<IconPlus size={14} />}>
            {t('new.title')}
          </Button>
        </>
      }
    >
      <Lists filters={filters} team={user.team_id ?? null} />
      <Narrow filters={filters} />
      <DataTable
        label={t('title')}
        columns={useColumns()}
        rows={rows}
        rowKey={(row) => row.id}
        onOpen={(row) => go(`/customers/${row.id}`)}
        empty={<EmptyState title={filters.any ? t('noneFound') : t('none')} />}
      />
    </Page>
  );
}

function Lists({ filters, team }: { filters: FilterState; team: string | null }) {
  const { t } = useTranslation('customers');
  const { link } = useWorld();
  const today = link.serverNow();
  const week = { birthday_from: monthDay(today), birthday_to: monthDay(today + 7 * DAY_MS) };
  // The server counts within one year: in its last week the list ends with it.
  if (week.birthday_to < week.birthday_from) week.birthday_to = '12-31';
  const own: SavedList[] = [
    { name: t('lists.all'), filters: {} },
    { name: t('lists.mine'), filters: { owner: 'me' } },
    ...(team === null ? [] : [{ name: t('lists.team'), filters: { team } }]),
    { name: t('lists.quiet', { days: 90 }), filters: { owner: 'me', not_contacted_days: '90' } },
    { name: t('lists.birthdays'), filters: week },
  ];
  return <ListBar of="customers" filters={filters} own={own} />;
}

function Narrow({ filters }: { filters: FilterState }) {
  const { t } = useTranslation(['customers', 'common']);
  const { get, set } = filters;
  return (
    <Filters>
      <SearchInput
        label={t('customers:search')}
        value={get('search')}
        onChange={(search) => set({ search })}
        width="20rem"
      />
      <NativeSelect
        size="xs"
        label={t('customers:field.kind')}
        value={get('kind')}
        onChange={(event) => set({ kind: event.currentTarget.value })}
        data={[
          { value: '', label: t('customers:any') },
          { value: 'person', label: t('customers:kind.person') },
          { value: 'company', label: t('customers:kind.company') },
        ]}
      />
      <TextInput
        label={t('customers:field.tier')}
        style={{ width: '7rem' }}
        list="tiers"
        value={get('tier')}
        onChange={(event) => set({ tier: event.currentTarget.value })}
      />
      <datalist id="tiers">
        {['none', 'bronze', 'silver', 'gold'].map((tier) => (
          <option key={tier} value={tier} />
        ))}
      </datalist>
      <TeamPick
        label={t('customers:field.team_id')}
        value={get('team') || null}
        onChange={(team) => set({ team })}
      />
      <NumberInput
        size="xs"
        label={t('customers:quietDays')}
        style={{ width: '8rem' }}
        min={1}
        max={36_500}
        value={get('not_contacted_days')}
        onChange={(days) => set({ not_contacted_days: String(days) })}
      />
      {filters.any && (
        <Button variant="subtle" onClick={() => filters.replace({})}>
          {t('common:action.clear')}
        </Button>
      )}
    </Filters>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation('customers');
  const [person, team] = [usePersonName(), useTeamName()];
  return [
    {
      key: 'name',
      title: t('field.name'),
      cell: (row) => (
        <div className={css.cell}>
          <Text fw={600} className={css.clip} title={row.name ?? ''}>
            <bdi>{row.name}</bdi>
          </Text>
          {row.company && (
            <span className={`${css.dim} ${css.clip}`}>
              <bdi>{row.company}</bdi>
            </span>
          )}
        </div>
      ),
    },
    { key: 'tier', title: t('field.tier'), width: '6rem', cell: (row) => <TierBadge tier={row.tier} /> },
    { key: 'owner', title: t('field.owner_id'), cell: (row) => person(row.owner_id) || team(row.team_id) },
    { key: 'language', title: t('field.language'), width: '6rem', cell: (row) => row.language },
    {
      key: 'contact',
      title: t('lastContact'),
      width: '11rem',
      cell: (row) =>
        row.last_contact_at ? (
          <Time ms={row.last_contact_at / 1000} as="date" />
        ) : (
          <span className={css.dim}>{t('never')}</span>
        ),
    },
    {
      key: 'ticket',
      title: t('lastTicket'),
      width: '9rem',
      cell: (row) => row.last_ticket_at && <Time ms={row.last_ticket_at / 1000} as="date" />,
    },
  ];
}

const TIERS: Record<string, string> = { gold: 'yellow', silver: 'gray', bronze: 'orange' };

/** A tier by word and colour; words of the house in the accent. */
export function TierBadge({ tier }: { tier: string | undefined }) {
  const { t } = useTranslation('customers');
  if (!tier || tier === 'none') return null;
  const known = tier === 'gold' || tier === 'silver' || tier === 'bronze';
  return (
    <Badge color={TIERS[tier] ?? 'indigo'} variant="light" tt="none">
      {known ? t(`tier.${tier}`) : tier}
    </Badge>
  );
}
