import { Activity } from 'react';
import { useTranslation } from 'react-i18next';
import { isOwnWork, type Work } from '../../../core/desk/works';
import { useLinkState, useMe, useTopic } from '../../hooks/useTopic';
import { LoadingState, Page } from '../../kit';
import { useWorks } from '../../phone/WorksProvider';
import css from './desk.module.css';
import { Idle } from './Idle';
import { CustomerSide } from './pop/CustomerSide';
import { PopHead } from './pop/PopHead';
import { Tools } from './tools/Tools';
import { WorkTabs } from './WorkTabs';

/** What an agent looks at all day: who calls, why, and what is to be done for them. */
export default function DeskPage() {
  // What the card and its timeline say is loaded before anybody calls: a pop that waits for texts comes after the ring.
  const { t } = useTranslation(['pop', 'crm', 'customers', 'common']);
  const { agent } = useMe();
  const topic = useTopic('me');
  const link = useLinkState();
  const { works, shown } = useWorks();
  return (
    <Page title={t('common:nav.desk')} actions={<WorkTabs works={works} shown={shown} />}>
      {topic.status === 'loading' && link.is !== 'ended' ? (
        <LoadingState />
      ) : shown === null ? (
        <Idle agent={agent} />
      ) : (
        // What was half written for one is there again when one comes back to it.
        works.map((work) => (
          <Activity key={work.interaction} mode={work === shown ? 'visible' : 'hidden'}>
            <WorkView work={work} />
          </Activity>
        ))
      )}
    </Page>
  );
}

function WorkView({ work }: { work: Work }) {
  return (
    <div className={css.work}>
      <PopHead work={work} />
      <div className={css.columns}>
        <CustomerSide work={work} />
        {isOwnWork(work) && <Tools work={work} />}
      </div>
    </div>
  );
}
