import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkState } from '../../core/link';
import { useNow } from '../hooks/useNow';
import { useLinkState } from '../hooks/useTopic';
import { useWorld } from '../world';
import css from './Shell.module.css';

/** Says that what is shown may be old, until the connection is there again. It lies over the page, so that nothing moves. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const state = useLinkState();
  const [lost, setLost] = useState(false);
  const still = state.is === 'waiting' ? state.attempt > 1 : state.is === 'connecting' && lost;
  if (still !== lost) setLost(still);
  if (!still) return null;
  return (
    <div className={css.banner}>
      <span role="status">{t('connection.lost')}</span>
      {state.is === 'waiting' ? <Waiting state={state} /> : t('connection.connecting')}
    </div>
  );
}

function Waiting({ state }: { state: Extract<LinkState, { is: 'waiting' }> }) {
  const { t } = useTranslation();
  const { link, clock } = useWorld();
  useNow();
  const seconds = Math.max(0, Math.ceil((state.until_ms - clock.now()) / 1000));
  return (
    <>
      {t('connection.again', { seconds })}
      <Button variant="default" onClick={() => link.hurry()}>
        {t('connection.now')}
      </Button>
    </>
  );
}
