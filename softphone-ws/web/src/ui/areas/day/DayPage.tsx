import { Button, Menu } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { WorkCountsView } from '../../../api/protocol';
import { CallbackDialog, ReminderDialog, TaskDialog } from '../../crm/work';
import { useEntries } from '../../hooks/useTopic';
import { Page, RouteTabs } from '../../kit';
import { Calls } from './Calls';
import { Figures } from './Figures';
import { Callbacks, Tasks } from './lists';
import { Notifications } from './Notifications';
import { Reminders } from './Reminders';
import { useLiveWork } from './useLiveWork';
import { WorkList } from './WorkList';

/** What a person has done today, and has still to do. */
export default function DayPage() {
  const { t } = useTranslation(['day', 'crm']);
  const { '*': tab } = useParams<{ '*'?: string }>();
  const [making, setMaking] = useState<'task' | 'callback' | 'reminder' | null>(null);
  useLiveWork();
  const counts = useEntries('my-work').counts as WorkCountsView | undefined;
  const close = () => setMaking(null);
  const many = (name: string, count: number | undefined) => (count ? `${name} (${count})` : name);
  return (
    <Page
      title={t('day:title')}
      actions={
        <Menu withinPortal position="bottom-end">
          <Menu.Target>
            <Button leftSection={<IconPlus size={14} />}>{t('day:new')}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setMaking('task')}>{t('crm:work.newTask')}</Menu.Item>
            <Menu.Item onClick={() => setMaking('callback')}>{t('crm:work.newCallback')}</Menu.Item>
            <Menu.Item onClick={() => setMaking('reminder')}>{t('crm:work.newReminder')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Figures />
      <RouteTabs
        tabs={[
          { path: '/day', label: t('day:tab.work') },
          { path: '/day/calls', label: t('day:tab.calls') },
          { path: '/day/tasks', label: many(t('day:tab.tasks'), counts?.tasks) },
          { path: '/day/callbacks', label: many(t('day:tab.callbacks'), counts?.callbacks) },
          { path: '/day/reminders', label: t('day:tab.reminders') },
          { path: '/day/notifications', label: many(t('day:tab.notifications'), counts?.unread) },
        ]}
      />
      <Tab tab={tab} />
      {making === 'task' && <TaskDialog onClose={close} />}
      {making === 'callback' && <CallbackDialog onClose={close} />}
      {making === 'reminder' && <ReminderDialog onClose={close} />}
    </Page>
  );
}

function Tab({ tab }: { tab: string | undefined }) {
  switch (tab) {
    case 'calls':
      return <Calls />;
    case 'tasks':
      return <Tasks />;
    case 'callbacks':
      return <Callbacks />;
    case 'reminders':
      return <Reminders />;
    case 'notifications':
      return <Notifications />;
    default:
      return <WorkList />;
  }
}
