/** What is not saved is not left by accident: a link asks before, and so does the browser when the page is closed. */
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Router } from 'wouter';
import { Confirm } from '../kit';

const unsaved = new Set<object>();

/** While true, leaving asks. */
export function useUnsaved(is: boolean): void {
  useEffect(() => {
    if (!is) return;
    const mark = {};
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    unsaved.add(mark);
    window.addEventListener('beforeunload', warn);
    return () => {
      unsaved.delete(mark);
      window.removeEventListener('beforeunload', warn);
    };
  }, [is]);
}

export const isUnsaved = (): boolean => unsaved.size > 0;

/** It is saved, or given up: the way to the next page is free. */
export const leaveFreely = (): void => unsaved.clear();

/** All that moves within asks first. */
export function LeaveGuard({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [leave, setLeave] = useState<(() => void) | null>(null);
  return (
    <Router
      aroundNav={(navigate, to, options) => {
        const go = () => navigate(to, options);
        if (isUnsaved()) setLeave(() => go);
        else go();
      }}
    >
      {children}
      {leave !== null && (
        <Confirm
          title={t('unsaved.title')}
          text={t('unsaved.text')}
          action={t('unsaved.leave')}
          danger
          onConfirm={() => {
            leaveFreely();
            leave();
            setLeave(null);
          }}
          onClose={() => setLeave(null)}
        />
      )}
    </Router>
  );
}
