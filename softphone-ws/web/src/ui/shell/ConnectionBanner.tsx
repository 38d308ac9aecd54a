import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LinkState } from '../../core/link';
import { useNow } from '../hooks/useNow';
import { useLinkState } from '../hooks/useTopic';
import { useWorld } from '../world';
import css from './Shell.module.css';

/** Says that what is shown may be old. It lies over the page, so that nothing moves. */
export function ConnectionBanner() {
  const state = useLinkState();
  return state.is === 'waiting' && state.attempt > 1 ? <Banner state={state} /> : null;
}

function Banner({ state }: { state: Extract<LinkState, { is: 'waiting' }> }) {
  const { t } = useTranslation();
  const { link, clock } = useWorld();
  useNow();
  const seconds = Math.max(0, Math.ceil((state.until_ms - clock.now()) / 1000));
  return (
    <div className={css.banner} role="status">
      {t('connection.lost', { seconds })}
      <Button variant="default" onClick={() => link.hurry()}>
        {t('connection.now')}
      </Button>
    </div>
  );
}
