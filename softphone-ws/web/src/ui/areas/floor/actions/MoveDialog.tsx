import { Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorCallView } from '../../../../api/protocol';
import { Dialog } from '../../../kit';
import { choices, useNames } from '../names';
import { useFloorCommand } from './useFloorCommand';

const PRIORITY_MAX = 9;

/** Moves a waiting call into another queue, or to another place in its own. */
export function MoveDialog({ call, onClose }: { call: FloorCallView; onClose: () => void }) {
  const { t } = useTranslation(['floor', 'common']);
  const { queues } = useNames();
  const run = useFloorCommand();
  const [queue, setQueue] = useState(call.queue ?? '');
  const [priority, setPriority] = useState<number | null>(null);
  // What the floor shows is the queue's priority and the call's own together.
  const ofQueue = queues.find((one) => one.id === call.queue)?.priority ?? 0;
  const own = Math.min(PRIORITY_MAX, Math.max(0, (call.priority ?? ofQueue) - ofQueue));
  const asked = priority ?? own;
  const same = queue === call.queue;
  const move = () => {
    onClose();
    void run(
      { do: 'move_waiting', interaction: call.interaction, queue, priority: asked },
      same ? t('done.reprioritise') : t('done.move'),
    );
  };
  return (
    <Dialog title={t('move.title')} onClose={onClose} size="sm">
      <Stack>
        <Select
          label={t('move.queue')}
          data={choices(queues)}
          value={queue || null}
          onChange={(next) => setQueue(next ?? '')}
          allowDeselect={false}
          searchable
          nothingFoundMessage={t('common:list.empty')}
        />
        <NumberInput
          label={t('move.priority')}
          description={t('move.priorityHint')}
          min={0}
          max={PRIORITY_MAX}
          clampBehavior="strict"
          allowDecimal={false}
          value={asked}
          onChange={(next) => typeof next === 'number' && setPriority(next)}
        />
        <Text size="sm" c="dimmed">
          {same ? t('move.same') : t('move.other')}
        </Text>
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button onClick={move} disabled={queue === '' || (same && asked === own)}>
            {same ? t('action.reprioritise') : t('action.move')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
