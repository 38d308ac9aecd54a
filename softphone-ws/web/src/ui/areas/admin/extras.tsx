/** What single resources have beside their list and form. */
import { Text } from '@mantine/core';
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, LoadingState } from '../../kit';
import WebhookDeliveries, { NewWebhook, WebhookActions } from './data/Webhooks';
import type { Tab } from './engine/EditPage';
import type { Row } from './engine/rows';
import UserTokens, { NewToken } from './people/Tokens';
import { UserActions } from './people/UserActions';
import PhoneRefusals, { PhoneBadge } from './telephony/PhoneState';
import TrunkHealth, { TrunkBadge } from './telephony/TrunkHealth';

export interface Extras {
  columns?: readonly Column<Row>[];
  note?: ReactNode;
  tabs?: readonly Tab[];
  actions?: (row: Row) => ReactNode;
  /** The tab a row opens with. */
  open?: string;
  New?: ComponentType;
}

const later = (load: () => Promise<{ default: ComponentType<{ row: Row }> }>) => {
  const Content = lazy(load);
  return (row: Row) => (
    <Suspense fallback={<LoadingState />}>
      <Content key={row.id} row={row} />
    </Suspense>
  );
};

const trunkHealth = (row: Row) => <TrunkHealth key={row.id} row={row} />;
const phoneRefusals = (row: Row) => <PhoneRefusals key={row.id} row={row} />;
const queueMembers = later(() => import('./people/QueueMembers'));
const queueCodes = later(() => import('./people/QueueCodes'));
const userTokens = (row: Row) => <UserTokens key={row.id} row={row} />;
const flowEditor = later(() => import('./flows/FlowEditor'));
const formulaEditor = later(() => import('./records/FormulaEditor'));
const scriptEditor = later(() => import('./guidance/ScriptEditor'));
const ruleHits = later(() => import('./guidance/RuleHits'));
const ruleTry = later(() => import('./guidance/RuleTry'));
const importRun = later(() => import('./data/ImportRun'));
const retentionFigures = later(() => import('./data/RetentionFigures'));
const webhookDeliveries = (row: Row) => <WebhookDeliveries key={row.id} row={row} />;

const NONE: Extras = {};

export function useExtras(slug: string): Extras {
  const { t } = useTranslation('admin');
  switch (slug) {
    case 'users':
      return {
        tabs: [{ path: 'tokens', label: t('tab.tokens'), content: userTokens }],
        actions: (row) => <UserActions row={row} />,
      };
    case 'api-tokens':
      return { New: NewToken };
    case 'queues':
      return {
        tabs: [
          { path: 'members', label: t('tab.members'), content: queueMembers },
          { path: 'codes', label: t('tab.codes'), content: queueCodes },
        ],
      };
    case 'trunks':
      return {
        columns: [{ key: 'health', title: t('trunk.healthLabel'), cell: (row) => <TrunkBadge row={row} /> }],
        tabs: [{ path: 'health', label: t('tab.health'), content: trunkHealth }],
      };
    case 'phones':
      return {
        columns: [{ key: 'state', title: t('phone.state'), cell: (row) => <PhoneBadge row={row} /> }],
        tabs: [{ path: 'refusals', label: t('tab.refusals'), content: phoneRefusals }],
      };
    case 'dial-rules':
      return { note: <Text mb="sm">{t('note.dialRules')}</Text> };
    case 'flows':
      return { open: 'editor', tabs: [{ path: 'editor', label: t('tab.editor'), content: flowEditor }] };
    case 'formulas':
      return { tabs: [{ path: 'text', label: t('tab.formula'), content: formulaEditor }] };
    case 'scripts':
      return { open: 'steps', tabs: [{ path: 'steps', label: t('tab.steps'), content: scriptEditor }] };
    case 'rules':
      return {
        tabs: [
          { path: 'hits', label: t('tab.hits'), content: ruleHits },
          { path: 'try', label: t('tab.try'), content: ruleTry },
        ],
      };
    case 'imports':
      return { open: 'run', tabs: [{ path: 'run', label: t('tab.run'), content: importRun }] };
    case 'retention-policies':
      return {
        note: <Text mb="sm">{t('note.retention')}</Text>,
        tabs: [{ path: 'figures', label: t('tab.figures'), content: retentionFigures }],
      };
    case 'webhooks':
      return {
        New: NewWebhook,
        tabs: [{ path: 'deliveries', label: t('tab.deliveries'), content: webhookDeliveries }],
        actions: (row) => <WebhookActions row={row} />,
      };
    default:
      return NONE;
  }
}
