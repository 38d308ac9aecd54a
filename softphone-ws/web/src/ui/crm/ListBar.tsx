import { ActionIcon, Button, Group, TextInput } from '@mantine/core';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SavedList, sameFilters } from '../../core/crm/lists';
import { Dialog } from '../kit';
import css from './crm.module.css';
import { type FilterState, useSavedLists } from './useFilters';

/** Lists one comes back to: those of the page, and one's own. */
export function ListBar({
  of,
  filters,
  own,
}: {
  of: string;
  filters: FilterState;
  own: readonly SavedList[];
}) {
  const { t } = useTranslation(['crm', 'common']);
  const { lists, keep, drop } = useSavedLists(of);
  const [name, setName] = useState<string | null>(null);
  const here = (list: SavedList) => sameFilters(list.filters, filters.values);
  const known = [...own, ...lists].some(here);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === null || name.trim() === '') return;
    keep({ name: name.trim(), filters: filters.values });
    setName(null);
  };
  const button = (list: SavedList) => (
    <Button
      key={list.name}
      size="compact-sm"
      variant={here(list) ? 'light' : 'default'}
      aria-pressed={here(list)}
      onClick={() => filters.replace(list.filters)}
    >
      {list.name}
    </Button>
  );
  return (
    <nav className={css.row} aria-label={t('crm:lists.label')} style={{ paddingBottom: '0.5rem' }}>
      {own.map(button)}
      {lists.map((list) => (
        <Button.Group key={list.name}>
          {button(list)}
          <ActionIcon
            variant="default"
            size={26}
            aria-label={t('crm:lists.drop', { name: list.name })}
            onClick={() => drop(list.name)}
          >
            <IconX size={12} />
          </ActionIcon>
        </Button.Group>
      ))}
      {filters.any && !known && (
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconBookmark size={14} />}
          onClick={() => setName('')}
        >
          {t('crm:lists.keep')}
        </Button>
      )}
      {name !== null && (
        <Dialog title={t('crm:lists.keep')} onClose={() => setName(null)} size="sm">
          <form onSubmit={submit}>
            <TextInput
              label={t('crm:lists.name')}
              data-autofocus
              maxLength={40}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Group justify="end" mt="md">
              <Button type="submit" disabled={name.trim() === ''}>
                {t('common:action.save')}
              </Button>
            </Group>
          </form>
        </Dialog>
      )}
    </nav>
  );
}
