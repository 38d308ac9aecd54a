import { Autocomplete, Button, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { Filters } from '../../../kit';
import { AdminPage } from '../AdminFrame';
import { useNames } from '../engine/rows';
import { useWords } from '../engine/words';
import { type AuditFilter, AuditList, useAuditWords } from './AuditList';

const ACTIONS = [
  'create',
  'update',
  'delete',
  'listen',
  'merge',
  'unmerge',
  'import',
  'export',
  'erase',
  'hold',
  'lift',
];
/** Kinds of rows often asked for; any other word may be typed. */
const KINDS = [
  'user',
  'team',
  'queue',
  'skill',
  'flow',
  'flow_version',
  'number',
  'trunk',
  'phone',
  'dial_rule',
  'hours',
  'customer',
  'ticket',
  'ticket_type',
  'rule',
  'script',
  'custom_field',
  'formula',
  'retention_policy',
  'webhook',
  'api_token',
  'recording',
  'interaction',
];
const FILTERS = ['resource', 'resource_id', 'user', 'action'] as const;

/** The whole audit trail. What is filtered stands in the address, so that it can be sent to somebody. */
export default function AuditPage() {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const audit = useAuditWords();
  const users = useNames('users');
  const [search, setSearch] = useSearchParams();
  const filter: AuditFilter = {};
  for (const name of FILTERS) {
    const value = search.get(name);
    if (value) filter[name] = value;
  }
  const set = (name: (typeof FILTERS)[number], value: string | null) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return (
    <AdminPage title={words.resource('audit', 'many')} about={words.resource('audit', 'about')}>
      <Filters>
        <Autocomplete
          size="xs"
          label={t('audit.kind')}
          data={KINDS}
          limit={40}
          clearable
          renderOption={({ option }) => `${audit.resource(option.value)} (${option.value})`}
          value={filter.resource ?? ''}
          onChange={(value) => set('resource', value)}
        />
        <TextInput
          label={t('audit.row')}
          w={300}
          value={filter.resource_id ?? ''}
          onChange={(e) => set('resource_id', e.currentTarget.value.trim())}
        />
        <Select
          label={t('audit.who')}
          data={users.options}
          searchable
          clearable
          limit={100}
          value={filter.user ?? null}
          onChange={(value) => set('user', value)}
        />
        <Select
          label={t('audit.action')}
          data={ACTIONS.map((value) => ({ value, label: audit.action(value) }))}
          clearable
          value={filter.action ?? null}
          onChange={(value) => set('action', value)}
        />
        <Button variant="subtle" onClick={() => setSearch({}, { replace: true })}>
          {t('common:action.clear')}
        </Button>
      </Filters>
      <AuditList filter={filter} />
    </AdminPage>
  );
}
