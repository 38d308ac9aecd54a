import { ActionIcon, Menu } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../hooks/useAct';
import { useCommand, useMe } from '../hooks/useTopic';
import { useDial } from '../phone/useDial';
import { useSession } from '../world';
import { useQueueName } from './lookups';

/** Calls a number by one's telephone, on behalf of one of one's queues. Not there while one is signed out. */
export function DialNumber({ number }: { number: string }) {
  const { t } = useTranslation('crm');
  const { agent } = useMe();
  const { possible } = useDial();
  const { user } = useSession();
  const command = useCommand();
  const act = useAct();
  const queueName = useQueueName();
  if (agent === null || agent.presence === 'logged_out' || user.queues.length === 0) return null;
  const dial = (queue: string) => void act(() => command({ do: 'dial', number, queue }));
  const button = {
    size: 'sm',
    disabled: !possible,
    'aria-label': t('dial', { number }),
    children: <IconPhoneOutgoing size={14} />,
  } as const;
  const [only, ...others] = user.queues;
  if (only !== undefined && others.length === 0) return <ActionIcon {...button} onClick={() => dial(only)} />;
  return (
    <Menu withinPortal>
      <Menu.Target>
        <ActionIcon {...button} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('dialFor')}</Menu.Label>
        {user.queues.map((queue) => (
          <Menu.Item key={queue} onClick={() => dial(queue)}>
            {queueName(queue)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
