import { useTranslation } from 'react-i18next';
import { useMe } from '../../hooks/useTopic';
import { LoadingState, Page, Since, StateBadge } from '../../kit';

/** What an agent looks at all day: who calls, and what is to be done for them. */
export default function DeskPage() {
  const { t } = useTranslation();
  const { agent } = useMe();
  return (
    <Page title={t('nav.desk')}>
      {agent === null ? (
        <LoadingState />
      ) : (
        <div>
          <StateBadge state={agent.state} /> <Since ms={agent.since_ms} />
        </div>
      )}
    </Page>
  );
}
