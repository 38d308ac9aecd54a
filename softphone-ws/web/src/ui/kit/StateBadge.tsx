import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ShownState } from '../../api/protocol';

const COLOURS: Record<ShownState, string> = {
  logged_out: 'gray',
  not_ready: 'orange',
  ready: 'green',
  reserved: 'cyan',
  talking: 'indigo',
  hold: 'yellow',
  handling: 'indigo',
  wrap_up: 'grape',
};

/** An agent's state by colour and word. */
export function StateBadge({ state }: { state: ShownState }) {
  const { t } = useTranslation();
  return (
    <Badge
      variant="default"
      tt="none"
      leftSection={
        <span aria-hidden style={{ color: `var(--mantine-color-${COLOURS[state]}-6)` }}>
          ●
        </span>
      }
    >
      {t(`state.${state}`)}
    </Badge>
  );
}
