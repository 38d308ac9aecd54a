import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallView } from '../../api/protocol';
import { soundOf, worseSide } from '../../core/phone/quality';
import { isUp, readyWithoutAudio } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useMe } from '../hooks/useTopic';
import { Confirm, Until } from '../kit';
import { useWorld } from '../world';
import { MicrophoneHelp } from './MicrophoneHelp';
import { usePhone, useSilenced, useStanding } from './PhoneProvider';
import css from './phone.module.css';
import { useSilentMicrophone } from './useSilentMicrophone';

/** What keeps the person from being heard, and what to do about it; nothing while all is well. */
export function AudioNotices() {
  const { t } = useTranslation('phone');
  const { agent, audio: view, calls } = useMe();
  const { media } = useWorld();
  const { audio } = usePhone();
  const standing = useStanding();
  const silenced = useSilenced();
  const up = calls.find(isUp) ?? null;
  const silent = useSilentMicrophone(standing.is === 'here' && up !== null && !up.muted);
  return (
    <div className={css.notices} role="status">
      {standing.is === 'blocked' && <MicrophoneHelp why={standing.why} />}
      {standing.is === 'refused' && (
        <Notice bad action={<Button onClick={() => audio?.retry()}>{t('microphone.again')}</Button>}>
          {t(`refused.${standing.why}`)}
        </Notice>
      )}
      {standing.is === 'elsewhere' && <Elsewhere label={standing.label} inCall={calls.length > 0} />}
      {view?.until_ms != null && standing.is !== 'here' && (
        <Notice bad>
          {t('audio.waits')}{' '}
          <span role="timer">
            <Until ms={view.until_ms} />
          </span>
        </Notice>
      )}
      {silenced && (
        <Notice bad action={<Button onClick={() => media?.unlock()}>{t('audio.unlock')}</Button>}>
          {t('audio.silenced')}
        </Notice>
      )}
      {readyWithoutAudio(agent) && standing.is !== 'blocked' && standing.is !== 'elsewhere' && (
        <Notice>
          {t(agent?.device?.device.kind === 'phone' ? 'audio.readyNoPhone' : 'audio.readyNoAudio')}
        </Notice>
      )}
      {silent && <Notice>{t('audio.silentMicrophone')}</Notice>}
      {up !== null && <BadSound call={up} />}
    </div>
  );
}

function Notice({ bad, action, children }: { bad?: boolean; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={bad ? `${css.notice} ${css.bad}` : css.notice}>
      <span>{children}</span>
      {action}
    </div>
  );
}

/** Another page has the audio: which one, and how to take it. */
function Elsewhere({ label, inCall }: { label: string; inCall: boolean }) {
  const { t } = useTranslation('phone');
  const { audio } = usePhone();
  const act = useAct();
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    await act(async () => audio?.takeHere());
    setBusy(false);
    setSure(false);
  };
  return (
    <Notice
      action={
        <Button loading={busy} onClick={() => (inCall ? setSure(true) : void take())}>
          {t('elsewhere.take')}
        </Button>
      }
    >
      {label === '' ? t('elsewhere.unknown') : t('elsewhere.text', { label })}
      {sure && (
        <Confirm
          title={t('elsewhere.take')}
          text={t('elsewhere.inCall')}
          action={t('elsewhere.take')}
          busy={busy}
          onConfirm={() => void take()}
          onClose={() => setSure(false)}
        />
      )}
    </Notice>
  );
}

function BadSound({ call }: { call: CallView }) {
  const { t } = useTranslation('phone');
  if (call.quality === null || soundOf(call.quality) !== 'bad') return null;
  return <Notice>{t(`sound.warn.${worseSide(call.quality)}`)}</Notice>;
}
