import { UnstyledButton } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { usePhone } from './PhoneProvider';
import { useDial } from './useDial';

/** A number that is called by a click, wherever it stands; where it cannot be called just now, only the number. */
export function DialLink({ number, text = number }: { number: string; text?: string }) {
  const { t } = useTranslation('phone');
  const { ask } = usePhone();
  const { possible, queue, dial } = useDial();
  if (!possible) return <span>{text}</span>;
  return (
    <UnstyledButton
      fz="inherit"
      c="var(--mantine-primary-color-light-color)"
      aria-label={t('dial.call', { number: text })}
      onClick={() => (queue === null ? ask(number) : void dial(number))}
    >
      <IconPhone size={14} aria-hidden /> {text}
    </UnstyledButton>
  );
}
