import { Badge, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Work } from '../../../../core/desk/works';
import { useAct } from '../../../hooks/useAct';
import { useShortcut } from '../../../hooks/useShortcut';
import { useCommand } from '../../../hooks/useTopic';
import { KeyValue, Since, Until } from '../../../kit';
import { DialLink } from '../../../phone/DialLink';
import css from '../desk.module.css';
import { MessagePlayer } from '../MessagePlayer';

/** What the call itself tells: who, for what queue, how long they waited, what they chose and typed on the way. */
export function PopHead({ work }: { work: Work }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const command = useCommand();
  const { offer, call, message, caller } = work;
  const number = caller?.number ?? null;
  const accepts = offer?.device_note === 'accept_here';
  const accept = () => offer && void act(() => command({ do: 'accept', offer: offer.offer }));
  const decline = () => offer && void act(() => command({ do: 'decline', offer: offer.offer }));
  // A call is answered in the bar; before its leg rings, and for messages, it is declined here.
  const declines = offer !== null && call === null && offer.device_note !== 'auto_answer';
  useShortcut('Alt+a', t('message.accept'), accept, accepts);
  useShortcut('Alt+q', t('head.decline'), decline, declines);
  return (
    <section className={css.head} aria-label={t('head.label')}>
      <Badge variant="light" tt="none">
        {t(`stage.${work.stage}`)}
      </Badge>
      <span className={css.big}>
        {number === null ? (
          (caller?.display ?? t(caller === null ? 'head.gone' : 'head.withheld'))
        ) : call !== null ? (
          number
        ) : (
          <DialLink number={number} />
        )}
      </span>
      {number !== null && caller?.display && (
        <span title={t('head.displayHint')} className={css.label}>
          {caller.display}
        </span>
      )}
      {work.queueName !== null && <span>{work.queueName}</span>}
      {work.waitingSinceMs !== null && work.stage === 'offered' && (
        <span>
          {t('head.waits')} <Since ms={work.waitingSinceMs} />
        </span>
      )}
      {offer !== null && work.stage === 'offered' && (
        <span>
          {t('head.offeredFor')} <Until ms={offer.until_ms} />
        </span>
      )}
      {accepts && <Button onClick={accept}>{t('message.accept')}</Button>}
      {declines && (
        <Button variant="default" onClick={decline}>
          {t('head.decline')}
        </Button>
      )}
      {message !== null && <MessagePlayer message={message} />}
      {message?.assignment != null && <MessageActions assignment={message.assignment} />}
      <KeyValue
        rows={[
          [t('head.path'), work.path.length === 0 ? null : work.path.join(' › ')],
          ...work.collected.map(({ key, value }) => [key, value ?? t('head.masked')] as const),
        ]}
      />
    </section>
  );
}

function MessageActions({ assignment }: { assignment: string }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const command = useCommand();
  return (
    <>
      <Button onClick={() => void act(() => command({ do: 'finish_message', assignment }))}>
        {t('message.finish')}
      </Button>
      <Button variant="default" onClick={() => void act(() => command({ do: 'return_message', assignment }))}>
        {t('message.return')}
      </Button>
    </>
  );
}
