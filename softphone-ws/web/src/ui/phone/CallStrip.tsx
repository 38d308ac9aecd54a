import { Badge, SegmentedControl } from '@mantine/core';
import { lazy, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { AgentView, CallView, ModeAsked, OfferView } from '../../api/protocol';
import { verbsOf } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useCommand } from '../hooks/useTopic';
import { Since } from '../kit';
import { CallActions } from './CallActions';
import { DialogBoundary } from './DialogBoundary';
import { Parties } from './Parties';
import css from './phone.module.css';
import { Sound } from './Sound';
import { useWorks } from './WorksProvider';

const load = () => import('./TransferDialog');
const TransferDialog = lazy(load);

interface Props {
  call: CallView;
  offer: OfferView | null;
  agent: AgentView;
  /** The keyboard means this call. */
  keys: boolean;
}

/** One call: with whom, how it stands, and what can be done. */
export function CallStrip({ call, offer, agent, keys }: Props) {
  const { t } = useTranslation(['phone', 'common']);
  const { choose } = useWorks();
  const [asking, setAsking] = useState<'transfer' | 'consult' | null>(null);
  // Before it is wanted: the network, or the server's version, may be another one then.
  useEffect(() => void load().catch(() => {}), []);
  const verbs = verbsOf(call, offer, agent.device?.can_answer === true && agent.device.reachable);
  const name = call.cards.length === 1 ? call.cards[0]?.name : null;
  const number = call.caller.number ?? t('call.withheld');
  const about = [
    call.purpose !== null && call.purpose in PURPOSES
      ? t(`purpose.${call.purpose as keyof typeof PURPOSES}`)
      : null,
    call.queue_name,
    name ? number : call.caller.display,
  ].filter(Boolean);
  return (
    <section className={css.call} aria-label={t('call.label', { who: name || number })}>
      <Badge variant="light" tt="none">
        {t(`callState.${call.state}`)}
      </Badge>
      <span className={css.timer}>
        <Since ms={call.answered_ms ?? call.since_ms} />
      </span>
      <span className={css.who}>
        <Link href="/" onClick={() => choose(call.interaction)}>
          <strong>{name || number}</strong>
        </Link>
        <span className={css.small}>{about.join(' · ')}</span>
      </span>
      {call.recording && (
        <Badge variant="default" tt="none" color="red">
          {call.recording_paused ? (
            t('call.recordingPaused')
          ) : (
            <>
              ● <span className={css.wide}>{t('call.recording')}</span>
            </>
          )}
        </Badge>
      )}
      {call.answerer !== null && call.answerer in ANSWERERS && (
        <Badge variant="default" tt="none">
          {t(`answerer.${call.answerer as keyof typeof ANSWERERS}`)}
        </Badge>
      )}
      <Sound quality={call.quality} />
      {verbs.has('set_mode') && <Mode call={call} />}
      <Parties call={call} />
      <CallActions call={call} offer={offer} verbs={verbs} keys={keys && asking === null} onAsk={setAsking} />
      {asking !== null && (
        <DialogBoundary title={t(`verb.${asking}`)} onClose={() => setAsking(null)}>
          <TransferDialog
            call={call}
            intent={asking}
            canTransfer={verbs.has('transfer')}
            canConsult={verbs.has('consult')}
            onClose={() => setAsking(null)}
          />
        </DialogBoundary>
      )}
    </section>
  );
}

const PURPOSES = {
  transfer: 0,
  consult: 0,
  given_back: 0,
  dial: 0,
  supervision: 0,
  taken: 0,
  message: 0,
} as const;
const ANSWERERS = { person: 0, machine: 0, unsure: 0 } as const;

const MODES = { listening: 'listen', whispering: 'whisper', barging: 'barge' } as const;

/** How a supervisor is heard, in the call they are in. */
function Mode({ call }: { call: CallView }) {
  const { t } = useTranslation('phone');
  const act = useAct();
  const command = useCommand();
  if (!(call.state in MODES)) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('mode.label')}
      value={MODES[call.state as keyof typeof MODES]}
      data={(['listen', 'whisper', 'barge'] as const).map((value) => ({ value, label: t(`mode.${value}`) }))}
      onChange={(mode) =>
        void act(() => command({ do: 'set_mode', call: call.leg, mode: mode as ModeAsked }))
      }
    />
  );
}
