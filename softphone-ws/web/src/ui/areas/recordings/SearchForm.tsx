import { Button, Collapse, NativeSelect, Select, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  NO_SEARCH,
  PRESETS,
  type Search,
  searchAddress,
  type searchProblems,
} from '../../../core/interactions/search';
import { useShortcut } from '../../hooks/useShortcut';
import { Filters } from '../../kit';
import { choices, type Names } from '../floor/names';
import { CustomerSelect } from './CustomerSelect';

interface Props {
  search: Search;
  base: Partial<Search>;
  names: Names;
  /** Sees everybody's, not only one's own. */
  everybody: boolean;
  problems: ReturnType<typeof searchProblems>;
  /** What the server says of a filter. */
  refused: (field: string) => string | undefined;
  onChange: (search: Search) => void;
}

const DIRECTIONS = ['inbound', 'outbound', 'internal'] as const;
const CHANNELS = ['voice', 'voicemail'] as const;
const REASONS = [
  'completed',
  'abandoned',
  'left_in_flow',
  'not_reached',
  'left_message',
  'served_by_flow',
  'rejected',
  'failed',
  'shutdown',
  'server_lost',
] as const;
const MORE: readonly (keyof Search)[] = [
  'team',
  'customer',
  'direction',
  'channel',
  'code',
  'reason',
  'state',
  'recorded',
  'answered',
  'talkMin',
  'talkMax',
];

export function SearchForm({ search, base, names, everybody, problems, refused, onChange }: Props) {
  const { t } = useTranslation(['recordings', 'common']);
  const [open, setOpen] = useState(() =>
    MORE.some((name) => search[name] !== { ...NO_SEARCH, ...base }[name]),
  );
  const first = useRef<HTMLInputElement>(null);
  useShortcut('/', t('common:shortcut.search'), () => first.current?.focus());
  const set = (name: keyof Search) => (value: string | null) => onChange({ ...search, [name]: value ?? '' });
  const any = (label: string) => ({ value: '', label });
  const yesNo = (name: 'recorded' | 'answered') => [
    any(t('any')),
    { value: 'true', label: t(`${name}.yes`) },
    { value: 'false', label: t(`${name}.no`) },
  ];
  const native = (name: keyof Search, data: { value: string; label: string }[]) => (
    <NativeSelect
      size="xs"
      label={t(`filter.${name}`)}
      data={data}
      value={search[name]}
      onChange={(event) => set(name)(event.currentTarget.value)}
    />
  );
  const pick = (name: keyof Search, rows: readonly { id: string; name: string }[]) => (
    <Select
      label={t(`filter.${name}`)}
      placeholder={t('any')}
      data={choices(rows)}
      value={search[name] || null}
      onChange={set(name)}
      searchable
      clearable
      nothingFoundMessage={t('common:list.empty')}
    />
  );
  const wrong = (name: keyof Search, field: string = name) => {
    const problem = problems[name];
    return problem === undefined ? refused(field) : t(`problem.${problem}`);
  };
  return (
    <>
      <Filters>
        <Written
          name="text"
          label={t('filter.text')}
          hint={t('filter.textHint')}
          value={search.text}
          error={wrong('text')}
          onChange={set('text')}
          focus={first}
        />
        <Written
          name="number"
          label={t('filter.number')}
          value={search.number}
          error={wrong('number')}
          onChange={set('number')}
        />
        {native(
          'preset',
          PRESETS.map((preset) => ({ value: preset, label: t(`preset.${preset}`) })),
        )}
        {search.preset === 'own' && (
          <>
            <TextInput
              type="datetime-local"
              label={t('filter.from')}
              value={search.from}
              error={wrong('from')}
              onChange={(event) => set('from')(event.currentTarget.value)}
            />
            <TextInput
              type="datetime-local"
              label={t('filter.to')}
              value={search.to}
              error={wrong('to')}
              onChange={(event) => set('to')(event.currentTarget.value)}
            />
          </>
        )}
        {pick('queue', names.queues)}
        {everybody &&
          pick(
            'agent',
            names.users.filter((user) => user.roles.includes('agent') || user.roles.includes('supervisor')),
          )}
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'filter.less' : 'filter.more')}
        </Button>
        <Button
          variant="subtle"
          disabled={searchAddress(search, base) === ''}
          onClick={() => onChange({ ...NO_SEARCH, ...base })}
        >
          {t('common:action.clear')}
        </Button>
      </Filters>
      <Collapse expanded={open}>
        <Filters>
          <CustomerSelect value={search.customer} onChange={set('customer')} />
          {everybody && pick('team', names.teams)}
          {native('direction', [
            any(t('any')),
            ...DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) })),
          ])}
          {native('channel', [
            any(t('any')),
            ...CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) })),
          ])}
          {pick('code', names.codes)}
          {native('reason', [
            any(t('any')),
            ...REASONS.map((value) => ({ value, label: t(`reason.${value}`) })),
          ])}
          {native('state', [
            any(t('any')),
            { value: 'open', label: t('state.open') },
            { value: 'closed', label: t('state.closed') },
          ])}
          {native('answered', yesNo('answered'))}
          {native('recorded', yesNo('recorded'))}
          <Written
            name="talkMin"
            label={t('filter.talkMin')}
            value={search.talkMin}
            error={wrong('talkMin', 'talk_min_s')}
            onChange={set('talkMin')}
          />
          <Written
            name="talkMax"
            label={t('filter.talkMax')}
            value={search.talkMax}
            error={wrong('talkMax', 'talk_max_s')}
            onChange={set('talkMax')}
          />
        </Filters>
      </Collapse>
    </>
  );
}

/** A text that is the page's own while it is written, and follows the address otherwise. */
function Written({
  name,
  label,
  hint,
  value,
  error,
  onChange,
  focus,
}: {
  name: string;
  label: string;
  hint?: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
  focus?: { current: HTMLInputElement | null };
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      {...(focus && { ref: focus })}
      name={name}
      label={label}
      placeholder={hint}
      value={text}
      error={error}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
    />
  );
}
