import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { matchOf } from '../../../../core/desk/customer';
import type { Work } from '../../../../core/desk/works';
import { useAct } from '../../../hooks/useAct';
import { LoadingState, SectionCard } from '../../../kit';
import { useWorks } from '../../../phone/WorksProvider';
import css from '../desk.module.css';
import { ChooseCustomer } from './ChooseCustomer';
import { CustomerCard } from './CustomerCard';
import { FindCustomer } from './FindCustomer';
import { NewCustomer } from './NewCustomer';
import { Said } from './Said';
import { Timeline } from './Timeline';
import { useWorkCustomer } from './useWorkCustomer';

/** Everything about who calls. */
export function CustomerSide({ work }: { work: Work }) {
  const { t } = useTranslation('pop');
  const { setCustomer } = useWorks();
  const act = useAct();
  const [changing, setChanging] = useState<'find' | 'new' | 'matches' | null>(null);
  const match = matchOf(work);
  const customer = useWorkCustomer(work);
  const choose = (id: string) => {
    setCustomer(work.interaction, id);
    setChanging(null);
    void act(() =>
      body(
        api.PUT('/api/v1/interactions/{id}/customer', {
          params: { path: { id: work.interaction } },
          body: { customer_id: id },
        }),
      ),
    );
  };
  const others = (
    <>
      <Button variant="default" onClick={() => setChanging('find')}>
        {t('customer.find')}
      </Button>
      <Button variant="default" onClick={() => setChanging('new')}>
        {t('customer.new')}
      </Button>
    </>
  );
  if (changing === 'find') return <FindCustomer onChoose={choose} onClose={() => setChanging(null)} />;
  if (changing === 'new')
    return (
      <NewCustomer
        work={work}
        onMade={choose}
        onFind={() => setChanging('find')}
        onClose={() => setChanging(null)}
      />
    );
  if (changing === 'matches')
    return <ChooseCustomer work={work} cards={work.cards} onChoose={choose} actions={others} />;
  if (customer !== null) {
    const card = work.cards.find((one) => one.customer === customer) ?? null;
    return (
      <div className={css.side}>
        {card !== null && <Said interaction={work.interaction} card={card} />}
        <CustomerCard
          id={customer}
          card={card}
          actions={
            <>
              {work.cards.length > 1 && (
                <Button variant="default" onClick={() => setChanging('matches')}>
                  {t('customer.allMatches', { count: work.cards.length })}
                </Button>
              )}
              {others}
            </>
          }
        />
        <Timeline customer={customer} />
      </div>
    );
  }
  switch (match.is) {
    case 'looking':
      return (
        <SectionCard title={t('customer.looking')}>
          <LoadingState />
        </SectionCard>
      );
    case 'several':
      return <ChooseCustomer work={work} cards={match.cards} onChoose={choose} actions={others} />;
    case 'hidden':
      return (
        <SectionCard title={t('customer.hiddenTitle')} actions={others}>
          <Text>{t('customer.hidden')}</Text>
        </SectionCard>
      );
    case 'one':
    case 'none':
      return <NewCustomer work={work} onMade={choose} onFind={() => setChanging('find')} />;
  }
}
