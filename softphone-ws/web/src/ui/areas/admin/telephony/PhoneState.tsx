import { Badge, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import type { FloorAgentView } from '../../../../api/protocol';
import { useViews } from '../../../hooks/useTopic';
import { EmptyState, ErrorState, LoadingState } from '../../../kit';
import { type Row, useAll } from '../engine/rows';
import { RefusedRequests, useRefused } from './RefusedPage';

/** Whether whoever's telephone this is can be rung on it now, as the floor sees it. */
export function PhoneBadge({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const users = useAll<Schemas['StoredUser']>('users');
  const floor = useViews<FloorAgentView>('floor', 'agent/');
  if (row.active === false)
    return (
      <Text span c="dimmed">
        {t('phone.off')}
      </Text>
    );
  const people = (users.data ?? []).filter((user) => user.phone_id === row.id).map((user) => user.id);
  const agent = floor.find((one) => people.includes(one.agent) && one.state !== 'logged_out');
  if (agent === undefined)
    return (
      <Text span c="dimmed">
        {t('phone.nobody')}
      </Text>
    );
  return (
    <Badge variant="light" color={agent.device_reachable ? 'green' : 'red'} tt="none">
      {t(agent.device_reachable ? 'phone.reachable' : 'phone.unreachable', { name: agent.name })}
    </Badge>
  );
}

/** What was turned away in this telephone's name: why it does not get in. */
export default function PhoneRefusals({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const refused = useRefused();
  if (refused.data === undefined)
    return refused.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={refused.error} retry={() => void refused.refetch()} />
    );
  const own = refused.data.requests.filter((one) => one.phone === row.id);
  return own.length === 0 ? <EmptyState title={t('phone.noRefusals')} /> : <RefusedRequests requests={own} />;
}
