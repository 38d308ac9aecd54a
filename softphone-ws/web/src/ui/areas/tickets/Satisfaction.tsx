import { Button, CopyButton, Group, Rating, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { SectionCard, Time } from '../../kit';
import { at, type Ticket, useTicketAct } from './useTicket';

/** The customer's word on a ticket that is over. */
export function Satisfaction({ row }: { row: Ticket }) {
  const { t } = useTranslation('tickets');
  const act = useTicketAct();
  const [score, setScore] = useState(row.satisfaction ?? 0);
  const [comment, setComment] = useState(row.satisfaction_comment);
  const [link, setLink] = useState<Schemas['RatingLink'] | null>(null);
  if (row.live) return <Text c="dimmed">{t('rateLater')}</Text>;
  const rate = () =>
    void act(() => api.POST('/api/v1/tickets/{id}/rating', { params: at(row), body: { score, comment } }));
  const make = () =>
    void act(async () => {
      setLink(await body(api.POST('/api/v1/tickets/{id}/rating-link', { params: { path: { id: row.id } } })));
    });
  const url = link === null ? '' : `${location.origin}${link.path}`;
  return (
    <SectionCard title={t('tab.satisfaction')}>
      <div className={css.stack}>
        {row.satisfaction_at && (
          <Text c="dimmed">
            <Time ms={row.satisfaction_at / 1000} /> ·{' '}
            {t(row.satisfaction_via === 'link' ? 'viaLink' : 'viaAgent')}
          </Text>
        )}
        <div className={css.row}>
          <Rating
            value={score}
            onChange={setScore}
            getSymbolLabel={(value) => t('stars', { count: value })}
          />
          <span>{score > 0 && t('stars', { count: score })}</span>
        </div>
        <Textarea
          label={t('ratingComment')}
          autosize
          minRows={2}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Group>
          <Button disabled={score === 0} onClick={rate}>
            {t('rate')}
          </Button>
          <Button variant="default" onClick={make}>
            {t('ratingLink')}
          </Button>
        </Group>
        {link && (
          <div className={css.row}>
            <code className={css.said}>{url}</code>
            <CopyButton value={url}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="light" onClick={copy}>
                  {copied ? t('copied') : t('copy')}
                </Button>
              )}
            </CopyButton>
            <Text size="sm" c="dimmed">
              {t('ratingLinkUntil')} <Time ms={link.expires_at / 1000} as="date" />
            </Text>
          </div>
        )}
      </div>
    </SectionCard>
  );
}
