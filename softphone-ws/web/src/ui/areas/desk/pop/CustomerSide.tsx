import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../../api/client';
import { matchOf } from '../../../../core/desk/customer';
import type { Work } from '../../../../core/desk/works';
import { LoadingState, SectionCard } from '../../../kit';
import { useWorks } from '../../../phone/WorksProvider';
import css from '../desk.module.css';
import { ChooseCustomer } from './ChooseCustomer';
import { CustomerCard } from './CustomerCard';
import { FindCustomer } from './FindCustomer';
import { NewCustomer } from './NewCustomer';
import { Said } from './Said';
import { Timeline } from './Timeline';

/** Whose record belongs to the work: chosen by the person, else the one exact match; of work after a reload what the log says. */
export function useWorkCustomer(work: Work): string | null {
  const { customerOf } = useWorks();
  const match = matchOf(work);
  const chosen = customerOf(work.interaction);
  const unknown = work.caller === null && chosen === null && match.is === 'none';
  const logged = useQuery({
    queryKey: ['interactions', work.interaction],
    queryFn: ({ signal }) =>
      body(
        api.GET('/api/v1/interactions/{id}', { params: { path: { id: work.interaction } }, signal }),
      ),
    enabled: unknown,
  });
  return chosen ?? (match.is === 'one' ? match.card.customer : (unknown && logged.data?.customer_id) || null);
}

/** Everything about who calls. */
export function CustomerSide({ work }: { work: Work }) {
  const { t } = useTranslation('pop');
  const { setCustomer } = useWorks();
  const [changing, setChanging] = useState<'find' | 'new' | null>(null);
  const match = matchOf(work);
  const customer = useWorkCustomer(work);
  const choose = (id: string | null) => {
    setCustomer(work.interaction, id);
    setChanging(null);
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
    return <NewCustomer work={work} onMade={choose} onFind={() => setChanging('find')} onClose={() => setChanging(null)} />;
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
              {match.is === 'several' && (
                <Button variant="default" onClick={() => choose(null)}>
                  {t('customer.allMatches', { count: match.cards.length })}
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
