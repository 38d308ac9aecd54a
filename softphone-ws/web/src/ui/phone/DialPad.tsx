import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconGridDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../api/protocol';
import { digitsOf } from '../../core/phone/number';
import { useAct } from '../hooks/useAct';
import { useShortcut } from '../hooks/useShortcut';
import { useCommand } from '../hooks/useTopic';
import css from './phone.module.css';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Digits into the call; typed ones are sent as they are typed. */
export function DialPad({ call, keys }: { call: CallView; keys: boolean }) {
  const { t } = useTranslation('phone');
  const act = useAct();
  const command = useCommand();
  const [open, setOpen] = useState(false);
  const [sent, setSent] = useState('');
  useShortcut('Alt+k', t('verb.digits'), () => setOpen((was) => !was), keys);
  const send = (text: string) => {
    const digits = digitsOf(text);
    if (digits === '') return;
    setSent((was) => (was + digits).slice(-24));
    void act(() => command({ do: 'send_digits', call: call.leg, digits }));
  };
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-end">
      <Popover.Target>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t('verb.digits')}
          title={`${t('verb.digits')} (Alt+k)`}
          aria-expanded={open}
          onClick={() => setOpen((was) => !was)}
        >
          <IconGridDots size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          mb="xs"
          data-autofocus
          aria-label={t('pad.sent')}
          placeholder={t('pad.type')}
          autoComplete="off"
          value={sent}
          onChange={(event) => {
            const typed = event.currentTarget.value;
            // What was sent cannot be taken back; only what is new at the end is sent.
            if (typed.startsWith(sent)) send(typed.slice(sent.length));
          }}
          onPaste={(event) => {
            event.preventDefault();
            send(event.clipboardData.getData('text'));
          }}
        />
        <div className={css.pad}>
          {KEYS.map((key) => (
            <Button key={key} variant="default" size="sm" onClick={() => send(key)}>
              {key}
            </Button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
