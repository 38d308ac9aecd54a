import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body } from '../../../api/client';
import type { AgentView, MessageView, QueueView, WorkCountsView } from '../../../api/protocol';
import { useAct } from '../../hooks/useAct';
import { useCommand, useEntries, useMe, useTopic } from '../../hooks/useTopic';
import { EmptyState, ErrorState, LoadingState, SectionCard, Since, Time } from '../../kit';
import { DialLink } from '../../phone/DialLink';
import { useSession } from '../../world';
import css from './desk.module.css';
import { MessagePlayer } from './MessagePlayer';

/** The desk while nothing is on it: how one's queues stand, and what may be done meanwhile. */
export function Idle({ agent }: { agent: AgentView | null }) {
  const { t } = useTranslation('pop');
  const { user } = useSession();
  const { messages } = useMe();
  const waiting = messages.filter((message) => message.assignment === null);
  const word =
    agent === null || agent.presence === 'logged_out'
      ? t('idle.signedOut')
      : agent.presence === 'ready'
        ? t('idle.ready')
        : t('idle.notReady');
  return (
    <>
      <Text c="dimmed" mb="md">
        {word}
      </Text>
      <div className={css.idle}>
        <div className={css.side}>
          <SectionCard title={t('idle.queues')}>
            {user.queues.length === 0 ? (
              <EmptyState title={t('idle.noQueues')} />
            ) : (
              <ul className={css.list}>
                {user.queues.map((queue) => (
                  <QueueRow key={queue} id={queue} />
                ))}
              </ul>
            )}
          </SectionCard>
          {waiting.length > 0 && (
            <SectionCard title={t('idle.messages')}>
              <ul className={css.list}>
                {waiting.map((message) => (
                  <MessageRow key={message.interaction} message={message} />
                ))}
              </ul>
            </SectionCard>
          )}
        </div>
        <NextWork />
      </div>
    </>
  );
}

function QueueRow({ id }: { id: string }) {
  const { t } = useTranslation('pop');
  const topic = useTopic(`queue/${id}`);
  if (topic.status === 'refused') return null;
  const queue = topic.status === 'live' ? (topic.entries.queue as QueueView | undefined) : undefined;
  if (queue === undefined) return <li className={css.label}>…</li>;
  return (
    <li className={css.row}>
      <span className={css.grow}>
        <strong>{queue.name}</strong> {!queue.open && <span className={css.label}>{t('idle.closed')}</span>}
      </span>
      <span className={css.figures}>
        {t('idle.waiting', { count: queue.waiting })}
        {queue.oldest_ms !== null && queue.waiting > 0 && (
          <>
            {' · '}
            <Since ms={queue.oldest_ms} />
          </>
        )}
      </span>
      <span className={css.figures}>{t('idle.staff', { ready: queue.ready, staffed: queue.staffed })}</span>
    </li>
  );
}

function MessageRow({ message }: { message: MessageView }) {
  const { t } = useTranslation('pop');
  const act = useAct();
  const command = useCommand();
  const who = message.cards[0]?.name || message.caller.number || t('works.unknown');
  return (
    <li>
      <div className={css.row}>
        <span className={css.grow}>
          <strong>{who}</strong> <Time ms={message.left_ms} />
        </span>
        <Button
          variant="default"
          onClick={() => void act(() => command({ do: 'take_message', interaction: message.interaction }))}
        >
          {t('message.take')}
        </Button>
      </div>
      <MessagePlayer message={message} />
    </li>
  );
}

/** The most urgent of what one has to do. */
function NextWork() {
  const { t } = useTranslation('pop');
  const counts = useEntries('my-work').counts as WorkCountsView | undefined;
  const list = useQuery({
    // Counted anew by the server whenever something changed.
    queryKey: ['my-work', 'next', counts],
    queryFn: ({ signal }) => body(api.GET('/api/v1/my-work', { params: { query: { limit: '8' } }, signal })),
    placeholderData: (before) => before,
  });
  const items = list.data?.items ?? [];
  return (
    <SectionCard title={t('idle.next')} actions={<Link href="/day">{t('idle.all')}</Link>}>
      {list.isPending ? (
        <LoadingState />
      ) : list.isError && items.length === 0 ? (
        <ErrorState error={list.error} retry={() => void list.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState title={t('idle.nothing')} />
      ) : (
        <ul className={css.list}>
          {items.map((item) => (
            <li key={`${item.kind}:${item.id}`} className={css.row}>
              <span className={css.label}>
                {item.kind in KINDS ? t(`work.${item.kind as keyof typeof KINDS}`) : item.kind}
              </span>
              <span className={css.grow}>
                {item.kind === 'callback' && /^\+?\d+$/.test(item.title) ? (
                  <DialLink number={item.title} />
                ) : item.ticket_id ? (
                  <Link href={`/tickets/${item.ticket_id}`}>{item.title}</Link>
                ) : item.customer_id ? (
                  <Link href={`/customers/${item.customer_id}`}>{item.title}</Link>
                ) : (
                  item.title
                )}
              </span>
              {item.due_at != null && <Time ms={item.due_at / 1000} />}
            </li>
          ))}
        </ul>
      )}
    </SectionCard>
  );
}

const KINDS = { task: 0, callback: 0, notification: 0 } as const;
