import { Badge, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAct } from '../../../hooks/useAct';
import { type Column, Confirm, DataTable, Dialog, EmptyState, Time } from '../../../kit';
import { useNames } from '../engine/rows';
import { DiffView } from './DiffView';

export interface Version {
  number: number;
  /** `draft`, `live`, `retired`. */
  state: string;
  created_at: number;
  created_by?: string | null | undefined;
}

interface Props<V extends Version> {
  versions: readonly V[];
  /** Its text, to be compared. */
  textOf: (version: V) => string;
  /** Take it into the editor. */
  onOpen: (version: V) => void;
  /** Missing for those who may not. */
  onPublish?: (version: V) => Promise<unknown>;
}

const COLOURS: Record<string, string> = { live: 'green', draft: 'blue', retired: 'gray' };

/** The versions of a document, the newest first: opened, compared, published. An old one published again is the way back. */
export function Versions<V extends Version>({ versions, textOf, onOpen, onPublish }: Props<V>) {
  const { t } = useTranslation('admin');
  const act = useAct();
  const users = useNames('users');
  const [compared, setCompared] = useState<V | null>(null);
  const [publishing, setPublishing] = useState<V | null>(null);
  const [busy, setBusy] = useState(false);
  const say = t as unknown as (key: string, options: object) => string;
  const live = versions.find((version) => version.state === 'live');
  const columns: Column<V>[] = [
    { key: 'number', title: t('versions.number'), cell: (version) => version.number, width: 60 },
    {
      key: 'state',
      title: t('versions.state'),
      cell: (version) => (
        <Badge variant="light" color={COLOURS[version.state] ?? 'gray'} tt="none">
          {say(`versions.states.${version.state}`, { defaultValue: version.state })}
        </Badge>
      ),
    },
    { key: 'at', title: t('audit.when'), cell: (version) => <Time ms={version.created_at / 1000} /> },
    {
      key: 'by',
      title: t('audit.who'),
      cell: (version) => (version.created_by ? (users.name(version.created_by) ?? '') : ''),
    },
    {
      key: 'do',
      title: '',
      end: true,
      cell: (version) => (
        <Group gap={4} justify="end" wrap="nowrap">
          {live && live.number !== version.number && (
            <Button
              variant="subtle"
              onClick={(event) => {
                event.stopPropagation();
                setCompared(version);
              }}
            >
              {t('versions.compare')}
            </Button>
          )}
          {onPublish && version.state !== 'live' && (
            <Button
              variant="subtle"
              onClick={(event) => {
                event.stopPropagation();
                setPublishing(version);
              }}
            >
              {t('versions.publish')}
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <>
      <DataTable
        label={t('versions.title')}
        columns={columns}
        rows={versions}
        rowKey={(version) => String(version.number)}
        onOpen={onOpen}
        empty={<EmptyState title={t('versions.none')} />}
      />
      {compared && live && (
        <Dialog
          title={t('versions.comparing', { from: live.number, to: compared.number })}
          onClose={() => setCompared(null)}
          size="xl"
        >
          <DiffView before={textOf(live)} after={textOf(compared)} />
        </Dialog>
      )}
      {publishing && onPublish && (
        <Confirm
          title={t('versions.publishTitle', { number: publishing.number })}
          text={t('versions.publishAsk')}
          action={t('versions.publish')}
          busy={busy}
          onClose={() => setPublishing(null)}
          onConfirm={() => {
            setBusy(true);
            void act(() => onPublish(publishing)).then(() => {
              setBusy(false);
              setPublishing(null);
            });
          }}
        />
      )}
    </>
  );
}
