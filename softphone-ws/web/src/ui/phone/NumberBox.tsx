import { Button, Select, TextInput } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgentView } from '../../api/protocol';
import { dialable } from '../../core/phone/number';
import { useQueueNames } from '../hooks/useQueueNames';
import { useShortcut } from '../hooks/useShortcut';
import { useSession } from '../world';
import { usePhone } from './PhoneProvider';
import css from './phone.module.css';
import { useDial } from './useDial';

/** Where a number is typed, pasted or clicked into, and called. */
export function NumberBox({ agent }: { agent: AgentView }) {
  const { t } = useTranslation('phone');
  const { user } = useSession();
  const { asked, ask, prefer } = usePhone();
  const { possible, queue, dial } = useDial();
  const names = useQueueNames();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const number = dialable(text);
  useEffect(() => {
    if (asked === null) return;
    setText(asked.number);
    ask(null);
    input.current?.focus();
  }, [asked, ask]);
  useShortcut('Alt+n', t('dial.box'), () => input.current?.focus());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (number === null || !possible || queue === null) return;
    setBusy(true);
    if (await dial(number)) setText('');
    setBusy(false);
  };
  const noQueue = user.queues.length === 0;
  const why = noQueue
    ? t('dial.noQueue')
    : agent.device?.reachable === false
      ? t('dial.noAudio')
      : queue === null
        ? t('dial.chooseQueue')
        : number === null
          ? t('dial.noNumber')
          : undefined;
  return (
    <form className={css.verbs} onSubmit={(event) => void submit(event)}>
      <TextInput
        ref={input}
        className={css.number}
        aria-label={t('dial.box')}
        placeholder={noQueue ? t('dial.noQueue') : t('dial.placeholder')}
        disabled={noQueue}
        autoComplete="off"
        inputMode="tel"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {user.queues.length > 1 && (
        <Select
          w="9rem"
          aria-label={t('dial.as')}
          placeholder={t('dial.as')}
          data={user.queues.map((value) => ({ value, label: names.get(value) ?? '…' }))}
          value={queue}
          allowDeselect={false}
          onChange={(next) => prefer({ queue: next })}
        />
      )}
      <Button
        type="submit"
        leftSection={<IconPhoneOutgoing size={16} />}
        disabled={number === null || !possible || queue === null}
        loading={busy}
        title={why}
      >
        {t('dial.do')}
      </Button>
    </form>
  );
}
