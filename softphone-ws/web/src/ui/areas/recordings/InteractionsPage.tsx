import { Button } from '@mantine/core';
import { IconChartBar, IconDisc } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useSearch } from 'wouter';
import { api, body, Problem, type Schemas } from '../../../api/client';
import { usePages } from '../../../api/pages';
import {
  parseSearch,
  queryOf,
  type Search,
  searchAddress,
  searchProblems,
} from '../../../core/interactions/search';
import { mayEnter } from '../../../core/roles';
import { type Column, DataTable, Duration, EmptyState, Page, Time } from '../../kit';
import { useSession } from '../../world';
import { Customer } from '../floor/live/People';
import { type Names, useNames } from '../floor/names';
import css from './recordings.module.css';
import { SearchForm } from './SearchForm';

type Interaction = Schemas['InteractionSummary'];

const RECORDED: Partial<Search> = { recorded: 'true', preset: 'week' };
const ALL: Partial<Search> = {};
/** While somebody writes, the server is not asked for every letter. */
const SETTLE_MS = 400;

/** Finds interactions by anything. What is searched for stands in the address: it can be kept, shared, and gone back to. */
export default function InteractionsPage({ only }: { only?: 'recorded' }) {
  const { t } = useTranslation(['recordings', 'common']);
  const { roles } = useSession();
  const names = useNames();
  const [path, go] = useLocation();
  const address = useSearch();
  const base = only === 'recorded' ? RECORDED : ALL;
  const search = useMemo(() => parseSearch(address, base), [address, base]);
  const change = (next: Search) => {
    const given = searchAddress(next, base);
    go(given === '' ? path : `${path}?${given}`, { replace: true });
  };
  const problems = searchProblems(search);
  const settled = useSettled(search);
  const found = usePages(
    ['interactions', 'search', settled],
    (cursor, signal) =>
      body(
        api.GET('/api/v1/interactions', {
          params: { query: { ...queryOf(settled, Date.now()), limit: '50', ...cursor } },
          signal,
        }),
      ),
    { enabled: Object.keys(searchProblems(settled)).length === 0 },
  );
  const columns = useColumns(names);
  const everybody = mayEnter(roles, ['supervisor', 'admin', 'analyst']);
  const refused = (field: string) => (found.error instanceof Problem ? found.error.field(field) : undefined);
  return (
    <Page
      title={t(only === 'recorded' ? 'common:nav.recordings' : 'common:nav.interactions')}
      actions={
        everybody && (
          <Button
            component={Link}
            href="/floor/charts"
            variant="default"
            leftSection={<IconChartBar size={14} />}
          >
            {t('list.charts')}
          </Button>
        )
      }
    >
      <SearchForm
        search={search}
        base={base}
        names={names}
        everybody={everybody}
        problems={problems}
        refused={refused}
        onChange={change}
      />
      {Object.keys(problems).length > 0 ? (
        <EmptyState title={t('list.mend')} />
      ) : (
        <div className={css.results}>
          <DataTable
            label={t('list.label')}
            columns={columns}
            rows={found}
            rowKey={(row) => row.id}
            onOpen={(row) => go(`/interactions/${row.id}`)}
            empty={<EmptyState title={t('list.none')} />}
          />
        </div>
      )}
    </Page>
  );
}

/** The search as it was when nothing had changed for a moment. */
function useSettled(search: Search): Search {
  const [settled, setSettled] = useState(search);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(search), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [search]);
  return settled;
}

function useColumns(names: Names): Column<Interaction>[] {
  const { t } = useTranslation('recordings');
  const dash = <span className={css.quiet}>–</span>;
  return [
    {
      key: 'opened',
      title: t('row.opened'),
      width: '9.5rem',
      cell: (row) => <Time ms={row.opened_at / 1000} />,
    },
    {
      key: 'direction',
      title: t('row.direction'),
      cell: (row) =>
        row.channel === 'voicemail'
          ? t('channel.voicemail')
          : t(`direction.${row.direction as 'inbound'}`, { defaultValue: row.direction }),
    },
    {
      key: 'who',
      title: t('row.who'),
      cell: (row) => (
        <Customer
          id={row.customer_id ?? null}
          caller={{ number: row.direction === 'outbound' ? row.to : (row.from ?? null), display: null }}
        />
      ),
    },
    {
      key: 'to',
      title: t('row.to'),
      cell: (row) => <bdi>{row.direction === 'outbound' ? row.from : row.to}</bdi>,
    },
    { key: 'queue', title: t('row.queue'), cell: (row) => names.of(row.queue_id) ?? dash },
    { key: 'agent', title: t('row.agent'), cell: (row) => names.of(row.agent_id) ?? dash },
    {
      key: 'wait',
      title: t('row.wait'),
      end: true,
      cell: (row) => (row.wait_ms > 0 || row.closed_at ? <Duration ms={row.wait_ms} /> : '–'),
    },
    {
      key: 'talk',
      title: t('row.talk'),
      end: true,
      cell: (row) => (row.answered_at ? <Duration ms={row.talk_ms} /> : dash),
    },
    {
      key: 'outcome',
      title: t('row.outcome'),
      cell: (row) =>
        row.close_reason
          ? t(`reason.${row.close_reason as 'completed'}`, { defaultValue: row.close_reason })
          : t('state.open'),
    },
    { key: 'code', title: t('row.code'), cell: (row) => names.of(row.wrap_up_code_id) ?? dash },
    {
      key: 'recorded',
      title: t('row.recorded'),
      cell: (row) =>
        row.recorded ? (
          <span title={t('recorded.yes')}>
            <IconDisc size={16} role="img" aria-label={t('recorded.yes')} />
          </span>
        ) : (
          dash
        ),
    },
  ];
}
