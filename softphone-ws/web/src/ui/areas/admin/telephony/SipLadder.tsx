import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../../api/client';
import { EmptyState } from '../../../kit';
import css from '../admin.module.css';
import ladder from './telephony.module.css';

const clock = (us: number, language: string) =>
  new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(us / 1000);

/** SIP messages in their order: in or out, the first line, and the whole text where it is opened. */
export function SipLadder({ ladder: { legs } }: { ladder: Schemas['SipLadder'] }) {
  const { t, i18n } = useTranslation('admin');
  const say = t as unknown as (key: string, options: object) => string;
  if (legs.every((leg) => leg.messages.length === 0)) return <EmptyState title={t('sip.none')} />;
  return legs.map((leg, n) => (
    <section key={leg.leg ?? leg.kind}>
      <Text fw={600} size="sm" mt={n === 0 ? 0 : 'md'}>
        {say(`sip.kind.${leg.kind}`, { defaultValue: leg.kind })}
      </Text>
      {leg.left_out > 0 && (
        <Text size="xs" c="dimmed">
          {t('sip.leftOut', { count: leg.left_out })}
        </Text>
      )}
      {leg.messages.map((message) => (
        <details key={`${message.at}/${message.way}/${message.first_line}`} className={ladder.message}>
          <summary>
            <span className={ladder.clock}>{clock(message.at, i18n.language)}</span>
            <span className={message.way === 'in' ? ladder.in : ladder.out}>
              {message.way === 'in' ? `← ${t('sip.in')}` : `→ ${t('sip.out')}`}
            </span>
            <span className={ladder.line}>{message.first_line}</span>
            {message.repeats > 0 && (
              <Text span size="xs" c="orange">
                {t('sip.repeats', { count: message.repeats })}
              </Text>
            )}
          </summary>
          <Text size="xs" c="dimmed">
            {message.transport} {message.local} {message.way === 'in' ? '←' : '→'} {message.remote}
          </Text>
          <pre className={css.pre}>{message.text}</pre>
        </details>
      ))}
    </section>
  ));
}
