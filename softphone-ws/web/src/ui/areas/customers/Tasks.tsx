import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { usePages } from '../../../api/pages';
import css from '../../crm/crm.module.css';
import { CallbackTable, TaskTable } from '../../crm/WorkTables';
import { CallbackDialog, TaskDialog } from '../../crm/work';
import { SectionCard } from '../../kit';

/** What is to be done for a customer. */
export function Tasks({ id }: { id: string }) {
  const { t } = useTranslation('crm');
  const [making, setMaking] = useState<'task' | 'callback' | null>(null);
  const tasks = usePages(['tasks', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/tasks', { params: { query: { customer_id: id, ...cursor } }, signal })),
  );
  const callbacks = usePages(['callbacks', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/callbacks', { params: { query: { customer_id: id, ...cursor } }, signal })),
  );
  return (
    <div className={css.stack}>
      <Group>
        <Button variant="light" onClick={() => setMaking('task')}>
          {t('work.newTask')}
        </Button>
        <Button variant="light" onClick={() => setMaking('callback')}>
          {t('work.newCallback')}
        </Button>
      </Group>
      <SectionCard title={t('work.tasks')}>
        <TaskTable rows={tasks} />
      </SectionCard>
      <SectionCard title={t('work.callbacks')}>
        <CallbackTable rows={callbacks} />
      </SectionCard>
      {making === 'task' && <TaskDialog about={{ customer: id }} onClose={() => setMaking(null)} />}
      {making === 'callback' && <CallbackDialog about={{ customer: id }} onClose={() => setMaking(null)} />}
    </div>
  );
}
