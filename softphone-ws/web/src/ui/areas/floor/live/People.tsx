import { Anchor } from '@mantine/core';
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { CallerView } from '../../../../api/protocol';
import { useCustomerName } from '../../../crm/lookups';
import css from './live.module.css';

/** What the network says of the far side: as text, whatever stands in it. */
export function Caller({ caller }: { caller: CallerView | null }) {
  const { t } = useTranslation('floor');
  if (caller === null) return <span className={css.quiet}>–</span>;
  const texts = [caller.display, caller.number].filter((text) => text !== null && text !== '');
  if (texts.length === 0) return <span className={css.quiet}>{t('caller.withheld')}</span>;
  return <bdi title={texts.join(' · ')}>{texts.join(' · ')}</bdi>;
}

/** The customer's name with a way to their record; read when it comes into sight. While it is not there, the caller. */
export function Customer({ id, caller }: { id: string | null; caller: CallerView | null }) {
  const place = useRef<HTMLSpanElement>(null);
  const seen = useSeen(place);
  const name = useCustomerName(seen ? id : null);
  return (
    <span ref={place}>
      {id !== null && name ? (
        <Anchor
          component={Link}
          href={`/customers/${id}`}
          inherit
          onClick={(event: MouseEvent) => event.stopPropagation()}
        >
          <bdi>{name}</bdi>
        </Anchor>
      ) : (
        <Caller caller={caller} />
      )}
    </span>
  );
}

/** Whether it has been on the screen. */
function useSeen(place: { current: Element | null }): boolean {
  const [seen, setSeen] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    if (seen || place.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [seen, place]);
  return seen;
}
