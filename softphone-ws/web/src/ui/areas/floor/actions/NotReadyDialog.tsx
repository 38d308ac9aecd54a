import { Button, Group, Radio, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorAgentView } from '../../../../api/protocol';
import { Dialog } from '../../../kit';
import { useNames } from '../names';
import { useFloorCommand } from './useFloorCommand';

const NO_REASON = 'none';

/** Makes an agent not ready, with one of the house's reasons. */
export function NotReadyDialog({ agent, onClose }: { agent: FloorAgentView; onClose: () => void }) {
  const { t } = useTranslation(['floor', 'common']);
  const { reasons } = useNames();
  const run = useFloorCommand();
  const [reason, setReason] = useState(NO_REASON);
  const active = reasons.filter((one) => one.active !== false).sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0));
  const set = () => {
    onClose();
    const id = reason === NO_REASON ? null : reason;
    void run(
      { do: 'set_presence_of', agent: agent.agent, presence: 'not_ready', reason: id },
      t('done.not_ready', { name: agent.name }),
    );
  };
  return (
    <Dialog title={t('notReady.title', { name: agent.name })} onClose={onClose} size="sm">
      <Stack>
        <Radio.Group label={t('notReady.reason')} value={reason} onChange={setReason}>
          <Stack gap="xs" mt="xs">
            <Radio value={NO_REASON} label={t('notReady.none')} data-autofocus />
            {active.map(({ id, name }) => (
              <Radio key={id} value={id} label={name} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button onClick={set}>{t('action.not_ready')}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
