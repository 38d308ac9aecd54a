import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { CallbackTable, TaskTable } from '../../crm/WorkTables';
import { Filters } from '../../kit';
import { useSession } from '../../world';

/** One's own tasks. */
export function Tasks() {
  const { t } = useTranslation('day');
  const { user } = useSession();
  const [all, setAll] = useState(false);
  const owner = `user:${user.id}`;
  const rows = usePages(['tasks', 'mine', owner], (cursor, signal) =>
    body(api.GET('/api/v1/tasks', { params: { query: { owner, ...cursor } }, signal })),
  );
  const open = rows.items.filter((row) => all || row.state === 'open' || row.state === 'in_progress');
  return (
    <>
      <Filters>
        <Checkbox
          size="xs"
          label={t('withDone')}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      </Filters>
      <TaskTable rows={{ ...rows, items: open }} />
    </>
  );
}

/** Callbacks one is to make now or later. */
export function Callbacks() {
  const { t } = useTranslation('day');
  const [due, setDue] = useState(false);
  const all = usePages(['callbacks', 'mine'], (cursor, signal) =>
    body(api.GET('/api/v1/callbacks', { params: { query: cursor }, signal })),
  );
  const now = usePages(
    ['callbacks', 'due'],
    (cursor, signal) => body(api.GET('/api/v1/callbacks/due', { params: { query: cursor }, signal })),
    { enabled: due },
  );
  return (
    <>
      <Filters>
        <Checkbox
          size="xs"
          label={t('onlyDue')}
          checked={due}
          onChange={(event) => setDue(event.currentTarget.checked)}
        />
      </Filters>
      <CallbackTable rows={due ? now : all} />
    </>
  );
}
