import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Work } from '../../../../core/desk/works';
import { useShortcut } from '../../../hooks/useShortcut';
import css from '../desk.module.css';
import { useWorkCustomer } from '../pop/useWorkCustomer';
import { FollowUp } from './FollowUp';
import { Knowledge } from './Knowledge';
import { Notes } from './Notes';
import { Outcome } from './Outcome';
import { Script } from './Script';
import { Tickets } from './Tickets';

const TABS = ['script', 'tickets', 'knowledge', 'followUp', 'notes'] as const;
type Tab = (typeof TABS)[number];

/** What is used during a call: its outcome above all, beside it script, tickets, knowledge, follow-up and notes. */
export function Tools({ work }: { work: Work }) {
  const { t } = useTranslation('pop');
  const customer = useWorkCustomer(work);
  const [tab, setTab] = useState<Tab>('script');
  // What was half written in a tab is there again when one comes back.
  const [seen, setSeen] = useState<ReadonlySet<Tab>>(new Set());
  if (!seen.has(tab)) setSeen(new Set([...seen, tab]));
  useShortcut('Alt+1', t('tools.script'), () => setTab('script'));
  useShortcut('Alt+2', t('tools.tickets'), () => setTab('tickets'));
  useShortcut('Alt+3', t('tools.knowledge'), () => setTab('knowledge'));
  useShortcut('Alt+4', t('tools.followUp'), () => setTab('followUp'));
  useShortcut('Alt+5', t('tools.notes'), () => setTab('notes'));
  return (
    <div className={css.side}>
      {work.assignment !== null && <Outcome key={work.assignment} work={work} assignment={work.assignment} />}
      <Tabs value={tab} onChange={(next) => next && setTab(next as Tab)} keepMounted={false}>
        <Tabs.List mb="sm">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tools.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="script" keepMounted={seen.has('script')}>
          <Script work={work} customer={customer} />
        </Tabs.Panel>
        <Tabs.Panel value="tickets" keepMounted={seen.has('tickets')}>
          <Tickets work={work} customer={customer} />
        </Tabs.Panel>
        <Tabs.Panel value="knowledge" keepMounted={seen.has('knowledge')}>
          <Knowledge interaction={work.interaction} />
        </Tabs.Panel>
        <Tabs.Panel value="followUp" keepMounted={seen.has('followUp')}>
          <FollowUp work={work} customer={customer} />
        </Tabs.Panel>
        <Tabs.Panel value="notes" keepMounted={seen.has('notes')}>
          <Notes interaction={work.interaction} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
