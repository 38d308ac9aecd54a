import { Badge, Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CardView } from '../../../../api/protocol';
import type { Work } from '../../../../core/desk/works';
import { SectionCard, Time } from '../../../kit';
import css from '../desk.module.css';
import { Said } from './Said';

const MATCHED = { exact: 0, last_digits: 0, main_number: 0 } as const;
const LIKELIER = { number: 0, last_contact: 0, preferred_number: 0, earlier: 0 } as const;

interface Props {
  work: Work;
  cards: readonly CardView[];
  onChoose: (customer: string) => void;
  actions: ReactNode;
}

/** All who may be calling, the likeliest first, with why; the person asks and chooses. */
export function ChooseCustomer({ work, cards, onChoose, actions }: Props) {
  const { t } = useTranslation('pop');
  return (
    <div className={css.side}>
      <SectionCard title={t('choose.title', { count: cards.length })} actions={actions}>
        <ul className={css.list}>
          {cards.map((card) => (
            <li key={card.customer} className={css.row}>
              <span className={css.grow}>
                <strong>{card.hidden ? t('choose.hidden') : card.name}</strong>{' '}
                {card.tier !== null && <Badge variant="light">{card.tier}</Badge>}
                <br />
                <span className={css.small}>
                  {[
                    card.matched in MATCHED && t(`matched.${card.matched as keyof typeof MATCHED}`),
                    card.likelier !== null &&
                      card.likelier in LIKELIER &&
                      t(`likelier.${card.likelier as keyof typeof LIKELIER}`),
                    card.related
                      .map(({ name }) => name)
                      .filter(Boolean)
                      .join(', '),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                  {card.recent[0] !== undefined && (
                    <>
                      {' · '}
                      {t('choose.last')} <Time ms={card.recent[0].at_ms} as="date" />
                    </>
                  )}
                </span>
              </span>
              {!card.hidden && <Button onClick={() => onChoose(card.customer)}>{t('choose.this')}</Button>}
            </li>
          ))}
        </ul>
      </SectionCard>
      {cards[0] !== undefined && !cards[0].hidden && (
        <Said interaction={work.interaction} card={cards[0]} of={cards[0].name} />
      )}
    </div>
  );
}
