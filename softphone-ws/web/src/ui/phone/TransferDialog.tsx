import { Button, SegmentedControl, Text, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DirectoryEntry } from '../../api/directory';
import type { CallView, TargetAsked } from '../../api/protocol';
import { dialable } from '../../core/phone/number';
import { useAct } from '../hooks/useAct';
import { useCommand } from '../hooks/useTopic';
import { Dialog, EmptyState, ErrorState, LoadingState } from '../kit';
import { Presence } from './Presence';
import css from './phone.module.css';
import { useDirectory } from './useDirectory';

interface Props {
  call: CallView;
  /** What Enter does. */
  intent: Intent;
  canTransfer: boolean;
  canConsult: boolean;
  onClose: () => void;
}

type Intent = 'transfer' | 'consult';

const keyOf = (entry: DirectoryEntry): string => JSON.stringify(entry.to);

const KINDS = ['all', 'agent', 'queue', 'flow', 'number'] as const;

/** To whom a call goes, or who is asked: colleagues, queues, flows and numbers, with whether they can take it. */
export default function TransferDialog({ call, intent, canTransfer, canConsult, onClose }: Props) {
  const { t } = useTranslation(['phone', 'common']);
  const act = useAct();
  const command = useCommand();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<(typeof KINDS)[number]>('all');
  // By what they are, not where they stand: the list moves as presence does.
  const [picked, setPicked] = useState<string | null>(null);
  // Enter came before the answer to what was typed.
  const [wish, setWish] = useState<Intent | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useDirectory(text, kind === 'all' ? null : kind, true);
  const entries = found.data?.items ?? [];
  // Nobody, when the one who was picked is gone: not somebody else in their place.
  const at = entries.findIndex((entry) => keyOf(entry) === picked);
  const chosen = entries[at];
  const go = async (what: Intent, to: TargetAsked) => {
    setBusy(true);
    const done = await act(() => command({ do: what, call: call.leg, to }));
    setBusy(false);
    if (done) onClose();
  };
  const may = (what: Intent, entry: DirectoryEntry) =>
    what === 'transfer'
      ? canTransfer && reachable(entry)
      : canConsult && entry.can_consult && reachable(entry);
  const move = (by: number) => {
    const entry = entries[Math.min(Math.max(at + by, 0), entries.length - 1)];
    if (entry) setPicked(keyOf(entry));
  };
  const onKey = (event: KeyboardEvent) => {
    // Enter that ends the writing of a character.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && !busy) {
      const other = intent === 'consult' ? 'transfer' : 'consult';
      setWish(event.ctrlKey || event.metaKey ? other : intent);
    } else return;
    event.preventDefault();
  };
  const { settled } = found;
  const first = entries[0] === undefined ? null : keyOf(entries[0]);
  useEffect(() => {
    if (settled && picked === null) setPicked(first);
  }, [settled, picked, first]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it was wished, and when the list is that of the text.
  useEffect(() => {
    if (wish === null || !settled || (picked === null && first !== null)) return;
    setWish(null);
    if (chosen && may(wish, chosen)) void go(wish, chosen.to);
  }, [wish, settled, picked]);
  return (
    <Dialog
      title={t(intent === 'consult' ? 'to.consultTitle' : 'to.transferTitle')}
      onClose={onClose}
      size="lg"
    >
      <TextInput
        data-autofocus
        label={t('to.search')}
        description={t(intent === 'consult' ? 'to.keysConsult' : 'to.keysTransfer')}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setPicked(null);
          setWish(null);
        }}
        onKeyDown={onKey}
      />
      <SegmentedControl
        my="sm"
        size="xs"
        aria-label={t('to.kinds')}
        value={kind}
        data={KINDS.map((value) => ({ value, label: t(`to.kind.${value}`) }))}
        onChange={(value) => setKind(value as typeof kind)}
      />
      <div className={css.entries}>
        {found.isPending ? (
          <LoadingState />
        ) : found.isError && entries.length === 0 ? (
          <NumberOnly
            text={text}
            error={found.error}
            action={t(`verb.${intent}`)}
            onRetry={() => void found.refetch()}
            onGo={(to) => void go(intent, to)}
          />
        ) : entries.length === 0 ? (
          <EmptyState title={t('to.none')} />
        ) : (
          entries.map((entry, n) => (
            <div key={keyOf(entry)} className={css.entry} data-chosen={n === at}>
              <span className={css.who}>
                <strong>{entry.name}</strong>
                <span className={css.small}>
                  {[t(`to.kind.${entry.kind}`), entry.login].filter(Boolean).join(' · ')}
                </span>
              </span>
              <Presence entry={entry} />
              {may('consult', entry) && (
                <Button
                  variant={intent === 'consult' ? 'filled' : 'default'}
                  disabled={busy}
                  onClick={() => void go('consult', entry.to)}
                >
                  {t('verb.consult')}
                </Button>
              )}
              {may('transfer', entry) && (
                <Button
                  variant={intent === 'transfer' ? 'filled' : 'default'}
                  disabled={busy}
                  onClick={() => void go('transfer', entry.to)}
                >
                  {t('verb.transfer')}
                </Button>
              )}
              {canTransfer && entry.voicemail && (
                <Button variant="default" disabled={busy} onClick={() => void go('transfer', mailbox(entry))}>
                  {t('to.voicemail')}
                </Button>
              )}
            </div>
          ))
        )}
        {found.data?.more && <Text c="dimmed">{t('to.more')}</Text>}
      </div>
    </Dialog>
  );
}

interface NumberOnlyProps {
  text: string;
  error: Error;
  action: string;
  onRetry: () => void;
  onGo: (to: TargetAsked) => void;
}

/** The directory cannot be read: a number can be called all the same. */
function NumberOnly({ text, error, action, onRetry, onGo }: NumberOnlyProps) {
  const number = dialable(text);
  return (
    <>
      <ErrorState error={error} retry={onRetry} />
      {number !== null && <Button onClick={() => onGo({ kind: 'number', number })}>{action}</Button>}
    </>
  );
}

function reachable(entry: DirectoryEntry): boolean {
  if (entry.kind === 'agent') return entry.presence !== 'logged_out' && entry.reachable !== false;
  return entry.kind !== 'queue' || entry.open !== false;
}

function mailbox(entry: DirectoryEntry): TargetAsked {
  const id = entry.to.kind === 'number' ? '' : entry.to.id;
  return entry.kind === 'queue' ? { kind: 'queue_voicemail', id } : { kind: 'agent_voicemail', id };
}
