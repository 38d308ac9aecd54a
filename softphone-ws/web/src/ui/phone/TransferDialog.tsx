import { Button, SegmentedControl, Text, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
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
  intent: 'transfer' | 'consult';
  canTransfer: boolean;
  canConsult: boolean;
  onClose: () => void;
}

const KINDS = ['all', 'agent', 'queue', 'flow', 'number'] as const;

/** To whom a call goes, or who is asked: colleagues, queues, flows and numbers, with whether they can take it. */
export default function TransferDialog({ call, intent, canTransfer, canConsult, onClose }: Props) {
  const { t } = useTranslation(['phone', 'common']);
  const act = useAct();
  const command = useCommand();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<(typeof KINDS)[number]>('all');
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const found = useDirectory(text, kind === 'all' ? null : kind, true);
  const entries = found.data?.items ?? [];
  const chosen = entries[Math.min(at, entries.length - 1)];
  const go = async (what: 'transfer' | 'consult', to: TargetAsked) => {
    setBusy(true);
    const done = await act(() => command({ do: what, call: call.leg, to }));
    setBusy(false);
    if (done) onClose();
  };
  const may = (what: 'transfer' | 'consult', entry: DirectoryEntry) =>
    what === 'transfer'
      ? canTransfer && reachable(entry)
      : canConsult && entry.can_consult && reachable(entry);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && chosen && !busy) {
      const other = intent === 'consult' ? 'transfer' : 'consult';
      const what = event.ctrlKey || event.metaKey ? other : intent;
      if (may(what, chosen)) void go(what, chosen.to);
    } else return;
    event.preventDefault();
  };
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
          setAt(0);
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
            <div key={JSON.stringify(entry.to)} className={css.entry} data-chosen={n === at}>
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
