import { useTranslation } from 'react-i18next';
import { useMe } from '../hooks/useTopic';
import { AudioButton } from './AudioButton';
import { AudioNotices } from './AudioNotices';
import { CallStrip } from './CallStrip';
import { NumberBox } from './NumberBox';
import css from './phone.module.css';
import { Ringer } from './Ringer';
import { StateMenu } from './StateMenu';

/** State, audio, number box and the calls of the signed-in person. */
export function Bar() {
  const { t } = useTranslation('phone');
  const { agent, calls, offers } = useMe();
  if (agent === null) return <div className={css.bar} />;
  const signedIn = agent.presence !== 'logged_out';
  return (
    <section className={css.bar} aria-label={t('bar')}>
      <StateMenu agent={agent} />
      {signedIn && <AudioButton />}
      {signedIn && calls.length === 0 && <NumberBox agent={agent} />}
      <div className={css.calls}>
        {calls.map((call, n) => (
          <CallStrip
            key={call.leg}
            call={call}
            offer={offers.find((offer) => offer.interaction === call.interaction) ?? null}
            agent={agent}
            // Keys mean the call one speaks in: the first that is not merely held.
            keys={n === mainCall(calls)}
          />
        ))}
      </div>
      <AudioNotices />
      <Ringer />
    </section>
  );
}

function mainCall(calls: readonly { state: string }[]): number {
  const found = calls.findIndex(({ state }) => state !== 'held' && state !== 'on_hold');
  return Math.max(0, found);
}
