import { Button } from '@mantine/core';
import { IconHeadset, IconHeadsetOff, IconLoader, IconMicrophoneOff, IconWifi } from '@tabler/icons-react';
import { lazy, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLinkState, useMe } from '../hooks/useTopic';
import { DialogBoundary } from './DialogBoundary';
import { useStanding } from './PhoneProvider';
import { Sound } from './Sound';

const load = () => import('./AudioSettings');
const AudioSettings = lazy(load);
/** After the page has what it needs at once. */
const LOAD_AFTER_MS = 3_000;

const ICONS = {
  off: IconHeadset,
  starting: IconLoader,
  here: IconHeadset,
  returning: IconWifi,
  elsewhere: IconHeadsetOff,
  blocked: IconMicrophoneOff,
  refused: IconHeadsetOff,
} as const;

/** How this page's audio stands, in a word; opens its settings. */
export function AudioButton() {
  const { t } = useTranslation('phone');
  const { agent, audio, calls } = useMe();
  const standing = useStanding();
  const link = useLinkState();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const later = setTimeout(() => void load().catch(() => {}), LOAD_AFTER_MS);
    return () => clearTimeout(later);
  }, []);
  const desk = agent?.device?.device.kind === 'phone';
  const Icon = ICONS[standing.is];
  const word = desk
    ? agent?.device?.reachable
      ? t('audio.phone')
      : t('audio.phoneGone')
    : link.is !== 'open'
      ? t('audio.noServer')
      : t(`audio.${standing.is}`);
  return (
    <>
      <Button
        variant="subtle"
        color={standing.is === 'here' || desk ? 'gray' : 'orange'}
        leftSection={<Icon size={16} />}
        onClick={() => setOpen(true)}
        aria-label={t('audio.open', { state: word })}
      >
        {calls.length === 0 || standing.is !== 'here' ? word : null}
      </Button>
      {calls.length === 0 && <Sound quality={audio?.quality ?? null} />}
      {open && (
        <DialogBoundary title={word} onClose={() => setOpen(false)}>
          <AudioSettings onClose={() => setOpen(false)} />
        </DialogBoundary>
      )}
    </>
  );
}
