import { Button, Chip, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { api, body, Problem } from '../../../../api/client';
import { ladderOf, ladderText, messageText, printable } from '../../../../core/interactions/ladder';
import { copyText } from '../../../../platform/clipboard';
import { EmptyState, ErrorState, LoadingState, Page, SectionCard } from '../../../kit';
import { LadderDrawing } from './LadderDrawing';
import css from './sip.module.css';

/** The SIP messages of a call, drawn as a ladder; each can be read and copied. */
export default function SipPage() {
  const { t } = useTranslation('recordings');
  const { id = '' } = useParams();
  const sip = useQuery({
    queryKey: ['interactions', id, 'sip'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/interactions/{id}/sip', { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [legs, setLegs] = useState<string[]>([]);
  const [chosen, setChosen] = useState(1);
  const ladder = useMemo(
    () => sip.data && ladderOf(sip.data, legs.length === 0 ? null : new Set(legs.map(Number))),
    [sip.data, legs],
  );
  const shown = ladder?.arrows.find(({ number }) => number === chosen) ?? ladder?.arrows[0];
  const copy = async (text: string) => {
    const done = await copyText(text);
    notifications.show({ color: done ? 'green' : 'red', message: t(done ? 'sip.copied' : 'sip.notCopied') });
  };
  const gone = sip.error instanceof Problem && sip.error.status === 404;
  return (
    <Page
      title={t('sip.title')}
      actions={
        <Group gap="xs">
          <Button variant="default" loading={sip.isFetching} onClick={() => void sip.refetch()}>
            {t('sip.again')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconCopy size={14} />}
            disabled={!ladder || ladder.arrows.length === 0}
            onClick={() => ladder && void copy(ladderText(ladder))}
          >
            {t('sip.copyAll')}
          </Button>
          <Button component={Link} href={`/interactions/${id}`} variant="default">
            {t('sip.back')}
          </Button>
        </Group>
      }
    >
      {sip.isPending ? (
        <LoadingState />
      ) : gone ? (
        <EmptyState title={t('sip.gone')} />
      ) : sip.error ? (
        <ErrorState error={sip.error} retry={() => void sip.refetch()} />
      ) : ladder === undefined || ladder.arrows.length === 0 ? (
        <EmptyState title={t('sip.none')} />
      ) : (
        <div className={css.halves}>
          <SectionCard title={t('sip.ladder', { count: ladder.arrows.length })}>
            {sip.data.legs.length > 1 && (
              <Chip.Group multiple value={legs} onChange={setLegs}>
                <Group gap="xs" mb="sm">
                  <Text size="sm">{t('sip.legs')}</Text>
                  {sip.data.legs.map((leg, index) => (
                    <Chip
                      key={leg.leg ?? leg.messages[0]?.remote ?? leg.kind}
                      size="xs"
                      value={String(index)}
                    >
                      {t('sip.leg', { number: index + 1, remote: leg.messages[0]?.remote ?? '–' })}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            )}
            <LadderDrawing ladder={ladder} chosen={shown?.number ?? 0} onChoose={setChosen} />
            {ladder.leftOut > 0 && (
              <Text size="sm" c="dimmed" mt="xs">
                {t('sip.leftOut', { count: ladder.leftOut })}
              </Text>
            )}
          </SectionCard>
          {shown !== undefined && (
            <div className={css.message}>
              <SectionCard
                title={t('sip.message', { number: shown.number })}
                actions={
                  <Button
                    variant="default"
                    leftSection={<IconCopy size={14} />}
                    onClick={() => void copy(messageText(shown))}
                  >
                    {t('sip.copy')}
                  </Button>
                }
              >
                <Text size="sm" c="dimmed" mb="xs">
                  {shown.message.transport} · {t('sip.bytes', { count: shown.message.bytes })}
                  {shown.message.repeats > 0 && ` · ${t('sip.repeats', { count: shown.message.repeats })}`}
                </Text>
                <section aria-label={t('sip.message', { number: shown.number })}>
                  <pre className={css.text}>{printable(shown.message.text)}</pre>
                </section>
              </SectionCard>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
