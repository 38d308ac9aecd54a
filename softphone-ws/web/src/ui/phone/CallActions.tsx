import { ActionIcon, Button, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsExchange,
  IconCheck,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconPlayerRecordFilled,
  IconUserQuestion,
  IconUserShare,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallView, Command, OfferView } from '../../api/protocol';
import type { CallVerb } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useShortcut } from '../hooks/useShortcut';
import { useCommand } from '../hooks/useTopic';
import { DialPad } from './DialPad';
import css from './phone.module.css';

interface Props {
  call: CallView;
  offer: OfferView | null;
  verbs: ReadonlySet<CallVerb>;
  keys: boolean;
  onAsk: (intent: 'transfer' | 'consult') => void;
}

type ButtonVerb = Exclude<CallVerb, 'set_mode' | 'answer' | 'hang_up' | 'digits'>;

/** What is done with one command, or begins with a question; in the order of the bar. */
const BUTTONS: readonly {
  verb: ButtonVerb;
  keys: string;
  icon: ComponentType<{ size?: number }>;
  pressed?: true;
}[] = [
  { verb: 'hold', keys: 'Alt+h', icon: IconPlayerPause },
  { verb: 'retrieve', keys: 'Alt+h', icon: IconPlayerPlay, pressed: true },
  { verb: 'mute', keys: 'Alt+m', icon: IconMicrophone },
  { verb: 'unmute', keys: 'Alt+m', icon: IconMicrophoneOff, pressed: true },
  { verb: 'consult', keys: 'Alt+c', icon: IconUserQuestion },
  { verb: 'transfer', keys: 'Alt+t', icon: IconUserShare },
  { verb: 'swap', keys: 'Alt+s', icon: IconArrowsExchange },
  { verb: 'complete', keys: 'Alt+g', icon: IconCheck },
  { verb: 'conference', keys: 'Alt+j', icon: IconUsersGroup },
  { verb: 'return', keys: 'Alt+b', icon: IconArrowBackUp },
  { verb: 'record', keys: 'Alt+p', icon: IconPlayerRecord },
  { verb: 'pause', keys: 'Alt+p', icon: IconPlayerRecordFilled },
  { verb: 'resume', keys: 'Alt+p', icon: IconPlayerRecord, pressed: true },
  { verb: 'intercept', keys: 'Alt+i', icon: IconArrowForwardUp },
];

function commandOf(verb: CallVerb, call: string): Command | null {
  switch (verb) {
    case 'answer':
    case 'hang_up':
    case 'hold':
    case 'retrieve':
    case 'complete':
    case 'swap':
    case 'conference':
    case 'return':
    case 'intercept':
      return { do: verb, call };
    case 'mute':
    case 'unmute':
      return { do: 'mute', call, muted: verb === 'mute' };
    case 'record':
      return { do: 'record', call, what: 'start' };
    case 'pause':
    case 'resume':
      return { do: 'record', call, what: verb };
    // These ask for more first.
    case 'transfer':
    case 'consult':
    case 'digits':
    case 'set_mode':
      return null;
  }
}

export function CallActions({ call, offer, verbs, keys, onAsk }: Props) {
  const { t } = useTranslation('phone');
  const act = useAct();
  const command = useCommand();
  const run = (verb: CallVerb) => {
    if (verb === 'transfer' || verb === 'consult') return onAsk(verb);
    const asked = commandOf(verb, call.leg);
    if (asked !== null) void act(() => command(asked));
  };
  const declines = offer !== null && call.state === 'ringing' && offer.device_note !== 'auto_answer';
  const decline = () => offer && void act(() => command({ do: 'decline', offer: offer.offer }));
  useShortcut('Alt+a', t('verb.answer'), () => run('answer'), keys && verbs.has('answer'));
  useShortcut('Alt+q', t('verb.decline'), decline, keys && declines);
  useShortcut('Alt+x', t('verb.hang_up'), () => run('hang_up'), keys && verbs.has('hang_up'));
  return (
    <div className={css.verbs} role="toolbar" aria-label={t('call.actions')}>
      {verbs.has('answer') && (
        <Button color="green" leftSection={<IconPhone size={16} />} onClick={() => run('answer')}>
          {t('verb.answer')}
        </Button>
      )}
      {call.state === 'ringing' && offer?.device_note === 'lift_phone' && !verbs.has('answer') && (
        <span>{t('call.liftPhone')}</span>
      )}
      {declines && (
        <Button variant="default" onClick={decline}>
          {t('verb.decline')}
        </Button>
      )}
      {BUTTONS.filter(({ verb }) => verbs.has(verb)).map(({ verb, keys: shortcut, icon, pressed }) => (
        <VerbButton
          key={verb}
          label={t(`verb.${verb}`)}
          shortcut={shortcut}
          icon={icon}
          pressed={pressed === true}
          keys={keys}
          onClick={() => run(verb)}
        />
      ))}
      {verbs.has('digits') && <DialPad call={call} keys={keys} />}
      {verbs.has('hang_up') && (
        <Button color="red" leftSection={<IconPhoneOff size={16} />} onClick={() => run('hang_up')}>
          {t('verb.hang_up')}
        </Button>
      )}
    </div>
  );
}

interface ButtonProps {
  label: string;
  shortcut: string;
  icon: ComponentType<{ size?: number }>;
  pressed: boolean;
  keys: boolean;
  onClick: () => void;
}

function VerbButton({ label, shortcut, icon: Icon, pressed, keys, onClick }: ButtonProps) {
  useShortcut(shortcut, label, onClick, keys);
  return (
    <Tooltip label={keys ? `${label} (${shortcut})` : label}>
      <ActionIcon
        variant={pressed ? 'filled' : 'default'}
        size="lg"
        aria-label={label}
        aria-keyshortcuts={shortcut}
        onClick={onClick}
      >
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
