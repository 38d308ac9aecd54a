import { ActionIcon, Menu } from '@mantine/core';
import { IconDotsVertical } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Obstacle } from '../../../../core/floor/actions';

/** The menu of a row. Its clicks are not the row's. */
export function RowMenu({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps clicks in the menu from opening the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys reach the row only from itself.
    <span onClick={(event) => event.stopPropagation()}>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon color="gray" size="sm" aria-label={label}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>{children}</Menu.Dropdown>
      </Menu>
    </span>
  );
}

/** One entry: where it is not possible, it says why. */
export function Entry({
  label,
  obstacle,
  danger = false,
  onClick,
}: {
  label: string;
  obstacle: Obstacle | null;
  danger?: boolean;
  onClick: () => void;
}) {
  const { t } = useTranslation('floor');
  return (
    <Menu.Item
      disabled={obstacle !== null}
      onClick={onClick}
      {...(danger && obstacle === null && { color: 'red' })}
    >
      {label}
      {obstacle !== null && <small> · {t(`obstacle.${obstacle}`)}</small>}
    </Menu.Item>
  );
}
