import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { ringSpeakers } from '../../core/phone/preferences';
import { ringing } from '../../core/phone/verbs';
import { useCallerTitle } from '../hooks/useTitle';
import { useMe } from '../hooks/useTopic';
import { isUnsaved } from '../hooks/useUnsaved';
import { useWorld } from '../world';
import { usePhone } from './PhoneProvider';

/** Rings while a call waits to be answered in this page, and tells who calls where the page is not in sight. */
export function Ringer() {
  const { t } = useTranslation('phone');
  const { media } = useWorld();
  const { audio: standing, preferences } = usePhone();
  const { audio, calls, offers } = useMe();
  const call = standing === null ? null : ringing(calls, offers, audio, standing.client);
  const leg = call?.leg ?? null;
  const offer = offers[0]?.offer ?? null;
  const [path, go] = useLocation();
  const away = path !== '/';
  useEffect(() => {
    document.addEventListener('input', note);
    document.addEventListener('submit', sent);
    return () => {
      document.removeEventListener('input', note);
      document.removeEventListener('submit', sent);
    };
  }, []);
  // The pop comes to whoever only reads; who writes finds it by the call in the bar.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each offer, not again when one leaves the desk on purpose.
  useEffect(() => {
    if (offer !== null && away && !writing() && !isUnsaved()) go('/');
  }, [offer]);
  const speakers = JSON.stringify(ringSpeakers(preferences));
  const { volume, notify } = preferences;
  useEffect(() => {
    if (leg === null || media === null) return;
    const tone = media.ring(JSON.parse(speakers) as (string | null)[], volume);
    return () => tone.stop();
  }, [leg, media, speakers, volume]);
  const card = call?.cards.length === 1 ? call.cards[0]?.name : '';
  const who = card || call?.caller.number || t('call.withheld');
  const queue = call?.queue_name ?? '';
  useCallerTitle(leg === null ? null : who);
  useEffect(() => {
    if (leg === null) return;
    const note = notify ? openNotification(who, queue) : null;
    return () => note?.close();
  }, [leg, who, queue, notify]);
  return null;
}

/** Where something was typed. */
const typed = new Set<HTMLInputElement | HTMLTextAreaElement>();

function note({ target }: Event): void {
  if (target instanceof HTMLTextAreaElement) typed.add(target);
  // What is searched for in a list is soon found again.
  else if (target instanceof HTMLInputElement && target.type !== 'search' && target.form !== null)
    typed.add(target);
}

/** What was sent is not half written; where it is refused, the next letter says so again. */
function sent({ target }: Event): void {
  for (const input of typed) if (input.form === target) typed.delete(input);
}

/** Whether the person is at something that would be lost. */
function writing(): boolean {
  for (const input of typed) {
    if (!input.isConnected) typed.delete(input);
    else if (input.value.trim() !== '') return true;
  }
  const active = document.activeElement;
  const at =
    active instanceof HTMLElement &&
    (active.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName));
  return at || document.querySelector('[role="dialog"]') !== null;
}

function openNotification(title: string, body: string): Notification | null {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted' || document.hasFocus()) {
    return null;
  }
  try {
    const note = new Notification(title, { body, tag: 'cordboard-call', requireInteraction: true });
    note.onclick = () => {
      window.focus();
      note.close();
    };
    return note;
  } catch {
    // Some browsers tell only from a service worker.
    return null;
  }
}
