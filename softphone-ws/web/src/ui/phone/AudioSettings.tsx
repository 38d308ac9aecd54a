import { Button, Group, Select, Slider, Stack, Switch, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AudioDevice, RingTone } from '../../core/phone/ports';
import { ringSpeakers } from '../../core/phone/preferences';
import { useAct } from '../hooks/useAct';
import { useShortcut } from '../hooks/useShortcut';
import { useCommand, useMe } from '../hooks/useTopic';
import { Dialog, SectionCard } from '../kit';
import { useWorld } from '../world';
import { LevelMeter } from './LevelMeter';
import { MicrophoneHelp } from './MicrophoneHelp';
import { usePhone, useStanding } from './PhoneProvider';
import { Sound } from './Sound';

const SYSTEM = '';
const RING_TRIAL_MS = 2_500;

/** Microphone, speaker and ring tone, with levels to see and oneself to hear. */
export default function AudioSettings({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('phone');
  const { media } = useWorld();
  const { audio: view } = useMe();
  const { audio, preferences, prefer } = usePhone();
  const standing = useStanding();
  const act = useAct();
  const [devices, setDevices] = useState<AudioDevice[]>([]);
  const here = standing.is === 'here';
  // Names of devices are told only once the microphone is open.
  useEffect(() => {
    if (media === null) return;
    const read = () => void media.devices().then(setDevices, () => setDevices([]));
    read();
    return media.watch(read);
  }, [media]);
  useEffect(() => {
    if (here && media !== null) void media.devices().then(setDevices, () => {});
  }, [here, media]);
  const choices = (kind: AudioDevice['kind']) => [
    { value: SYSTEM, label: t('device.system') },
    ...devices
      .filter((device) => device.kind === kind)
      .map(({ id, label }, n) => ({ value: id, label: label || t('device.unnamed', { n: n + 1 }) })),
  ];
  const idOf = (value: string | null) => (value === SYSTEM ? null : value);
  if (media === null) return null;
  return (
    <Dialog title={t('device.title')} onClose={onClose} size="lg">
      <Stack>
        {standing.is === 'blocked' && <MicrophoneHelp why={standing.why} />}
        <SectionCard title={t('device.microphone')}>
          <Select
            aria-label={t('device.microphone')}
            data={choices('microphone')}
            value={preferences.microphone ?? SYSTEM}
            allowDeselect={false}
            onChange={(value) => {
              prefer({ microphone: idOf(value) });
              if (audio) void act(() => audio.changeMicrophone());
            }}
          />
          <Text size="xs" c="dimmed" my={4}>
            {audio?.microphoneLabel ?? t('device.closed')}
          </Text>
          <LevelMeter label={t('device.microphoneLevel')} level={() => audio?.levels().microphone ?? 0} />
        </SectionCard>
        <SectionCard title={t('device.speaker')}>
          {media.choosesSpeakers ? (
            <Select
              aria-label={t('device.speaker')}
              data={choices('speaker')}
              value={preferences.speaker ?? SYSTEM}
              allowDeselect={false}
              onChange={(value) => {
                prefer({ speaker: idOf(value) });
                media.speaker(idOf(value));
              }}
            />
          ) : (
            <Text>{t('device.noChoice')}</Text>
          )}
          <Text size="xs" c="dimmed" my={4}>
            {t('device.farLevel')}
          </Text>
          <LevelMeter label={t('device.farLevel')} level={() => audio?.levels().far ?? 0} />
          {view !== null && <Echo on={view.echo_test} possible={here} />}
          <Sound quality={view?.quality ?? null} />
        </SectionCard>
        <RingSettings choices={choices('speaker')} />
        <NotificationSettings />
      </Stack>
    </Dialog>
  );
}

/** The echo test: what the microphone takes comes back by way of the server. */
function Echo({ on, possible }: { on: boolean; possible: boolean }) {
  const { t } = useTranslation('phone');
  const { calls } = useMe();
  const act = useAct();
  const command = useCommand();
  const ended = useRef(on);
  ended.current = on;
  const free = possible && calls.length === 0;
  const set = (next: boolean) => void act(() => command({ do: 'echo_test', on: next }));
  useShortcut('Alt+e', t('device.echo'), () => set(!on), free);
  // Leaving the settings ends it: nobody wants to hear themselves on.
  useEffect(
    () => () => void (ended.current && command({ do: 'echo_test', on: false }).catch(() => {})),
    [command],
  );
  return (
    <Group my="sm">
      <Button variant={on ? 'filled' : 'default'} disabled={!free} onClick={() => set(!on)}>
        {on ? t('device.echoEnd') : t('device.echo')}
      </Button>
      <Text size="sm" c="dimmed">
        {on ? t('device.echoRuns') : free ? t('device.echoHint') : t('device.echoNot')}
      </Text>
    </Group>
  );
}

function RingSettings({ choices }: { choices: { value: string; label: string }[] }) {
  const { t } = useTranslation('phone');
  const { media } = useWorld();
  const { preferences, prefer } = usePhone();
  const trial = useRef<RingTone | null>(null);
  useEffect(() => () => trial.current?.stop(), []);
  const none = 'none';
  const also = [
    { value: none, label: t('device.nowhere') },
    ...choices.filter(({ value }) => value !== SYSTEM),
  ];
  const tryIt = () => {
    if (media === null) return;
    trial.current?.stop();
    const tone = media.ring(ringSpeakers(preferences), preferences.volume);
    trial.current = tone;
    setTimeout(() => tone.stop(), RING_TRIAL_MS);
  };
  return (
    <SectionCard
      title={t('device.ring')}
      actions={
        <Button variant="default" onClick={tryIt}>
          {t('device.tryRing')}
        </Button>
      }
    >
      <Stack gap="sm">
        {media?.choosesSpeakers && (
          <Group grow>
            <Select
              label={t('device.ringOn')}
              data={choices}
              value={preferences.ring ?? SYSTEM}
              allowDeselect={false}
              onChange={(value) => prefer({ ring: value === SYSTEM ? null : value })}
            />
            <Select
              label={t('device.ringAlso')}
              data={also}
              value={preferences.ringAlso ?? none}
              allowDeselect={false}
              onChange={(value) => prefer({ ringAlso: value === none ? null : value })}
            />
          </Group>
        )}
        <Text size="sm">{t('device.volume')}</Text>
        <Slider
          thumbLabel={t('device.volume')}
          min={0}
          max={100}
          step={5}
          value={Math.round(preferences.volume * 100)}
          onChange={(value) => prefer({ volume: value / 100 })}
        />
      </Stack>
    </SectionCard>
  );
}

function NotificationSettings() {
  const { t } = useTranslation('phone');
  const { preferences, prefer } = usePhone();
  const [right, setRight] = useState(() =>
    typeof Notification === 'undefined' ? 'none' : Notification.permission,
  );
  if (right === 'none') return null;
  const change = async (on: boolean) => {
    prefer({ notify: on });
    if (on && right === 'default') setRight(await Notification.requestPermission());
  };
  return (
    <>
      <Switch
        label={t('device.notify')}
        checked={preferences.notify && right === 'granted'}
        disabled={right === 'denied'}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
      {right === 'denied' && <Text c="dimmed">{t('device.notifyDenied')}</Text>}
    </>
  );
}
