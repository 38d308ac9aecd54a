import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../../api/client';
import type { CardView, SaidView } from '../../../../api/protocol';
import { inLanguage } from '../../../../core/desk/customer';
import { useAct } from '../../../hooks/useAct';
import { SectionCard } from '../../../kit';
import css from '../desk.module.css';

/** Why they may be calling, and what to suggest to them; each with what it was concluded from, and what became of it. */
export function Said({ interaction, card, of }: { interaction: string; card: CardView; of?: string }) {
  const { t } = useTranslation('pop');
  if (card.reasons.length === 0 && card.offers.length === 0) return null;
  return (
    <>
      {card.reasons.length > 0 && (
        <SectionCard title={of === undefined ? t('said.reasons') : t('said.reasonsOf', { name: of })}>
          <List interaction={interaction} all={card.reasons} outcomes={['right', 'wrong']} />
        </SectionCard>
      )}
      {card.offers.length > 0 && (
        <SectionCard title={t('said.offers')}>
          <List interaction={interaction} all={card.offers} outcomes={['accepted', 'declined']} />
        </SectionCard>
      )}
    </>
  );
}

type Outcome = 'right' | 'wrong' | 'accepted' | 'declined';

function List(props: {
  interaction: string;
  all: readonly SaidView[];
  outcomes: readonly [Outcome, Outcome];
}) {
  const { interaction, all, outcomes } = props;
  return (
    <ul className={css.list}>
      {all.map((said) => (
        <One key={said.rule} interaction={interaction} said={said} outcomes={outcomes} />
      ))}
    </ul>
  );
}

function One(props: { interaction: string; said: SaidView; outcomes: readonly [Outcome, Outcome] }) {
  const { interaction, said, outcomes } = props;
  const { t, i18n } = useTranslation('pop');
  const act = useAct();
  const [chosen, setChosen] = useState<Outcome | null>(null);
  const tell = (outcome: Outcome) => {
    const before = chosen;
    setChosen(outcome);
    void act(() =>
      api.POST('/api/v1/rule-outcomes', {
        body: { interaction_id: interaction, rule_id: said.rule, rule_version: said.rule_version, outcome },
      }),
    ).then((done) => done || setChosen(before));
  };
  return (
    <li className={css.row}>
      <div className={css.grow}>
        {inLanguage(said.texts, i18n.language) ?? ''}
        <ul className={css.why}>
          {(inLanguage(said.why, i18n.language) ?? []).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      {outcomes.map((outcome, n) => (
        <Tooltip key={outcome} label={t(`said.${outcome}`)}>
          <ActionIcon
            variant={chosen === outcome ? 'filled' : 'default'}
            aria-label={t(`said.${outcome}`)}
            aria-pressed={chosen === outcome}
            onClick={() => tell(outcome)}
          >
            {n === 0 ? <IconCheck size={16} /> : <IconX size={16} />}
          </ActionIcon>
        </Tooltip>
      ))}
    </li>
  );
}
