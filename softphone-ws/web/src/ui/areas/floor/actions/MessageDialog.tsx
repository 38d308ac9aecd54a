import { Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';

import { Dialog, FormError, fieldErrors } from '../../../kit';
import { useSession } from '../../../world';
import { choices, useNames } from '../names';

/** For whom a message is meant to begin with. */
export interface MessageTo {
  agents?: readonly { agent: string; name: string }[];
  team?: string;
  queue?: string;
}

const TEXT_MAX = 500;
const EVERYBODY = 'everybody';

/** A message onto the screens of one agent, a team, a queue's agents, or everybody. */
export function MessageDialog({ to, onClose }: { to: MessageTo; onClose: () => void }) {
  const { t } = useTranslation(['floor', 'common']);
  const { queues, teams, users } = useNames();
  const { roles, user } = useSession();
  const ownTeam = users.find((one) => one.id === user.id)?.team_id ?? null;
  const [target, setTarget] = useState<string | null>(
    to.team ? `team/${to.team}` : to.queue ? `queue/${to.queue}` : null,
  );
  const [text, setText] = useState('');
  const agents = to.agents ?? [];
  const send = useMutation({
    mutationFn: () =>
      body(api.POST('/api/v1/notifications', { body: { ...readersOf(agents, target), text: text.trim() } })),
    onSuccess: ({ told }) => {
      notifications.show({
        color: told > 0 ? 'green' : 'orange',
        message: t('message.told', { count: told }),
      });
      onClose();
    },
  });
  const wrong = fieldErrors(send.error);
  const all = roles.includes('admin') || ownTeam === null;
  const targets = [
    ...(all ? [{ value: EVERYBODY, label: t('message.everybody') }] : []),
    { group: t('message.teams'), items: prefixed('team/', choices(teams)) },
    { group: t('message.queues'), items: prefixed('queue/', choices(queues)) },
  ];
  return (
    <Dialog title={t('message.title')} onClose={onClose}>
      <Stack>
        {agents.length > 0 ? (
          <Text>{t('message.to', { names: agents.map(({ name }) => name).join(', ') })}</Text>
        ) : (
          <Select
            label={t('message.target')}
            data={targets}
            value={target}
            onChange={setTarget}
            searchable
            nothingFoundMessage={t('common:list.empty')}
          />
        )}
        <Textarea
          label={t('message.text')}
          autosize={false}
          rows={4}
          maxLength={TEXT_MAX}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={wrong('text')}
          description={t('message.left', { count: TEXT_MAX - text.length })}
          data-autofocus
        />
        <FormError error={send.error} fields={['text']} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button
            loading={send.isPending}
            disabled={text.trim() === '' || (agents.length === 0 && target === null)}
            onClick={() => send.mutate()}
          >
            {t('message.send')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

const prefixed = (prefix: string, items: { value: string; label: string }[]) =>
  items.map(({ value, label }) => ({ value: `${prefix}${value}`, label }));

function readersOf(
  agents: readonly { agent: string }[],
  target: string | null,
): Omit<Schemas['NewMessage'], 'text'> {
  if (agents.length > 0) return { users: agents.map(({ agent }) => agent) };
  if (target === EVERYBODY) return { everybody: true };
  const [kind, id = ''] = (target ?? '').split('/');
  return kind === 'team' ? { team: id } : { queue: id };
}
