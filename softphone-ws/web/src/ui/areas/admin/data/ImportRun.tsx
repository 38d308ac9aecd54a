import { Button, FileInput, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { Confirm, ErrorState, FormError, KeyValue, LoadingState, SectionCard, Time } from '../../../kit';
import type { Row } from '../engine/rows';
import { ImportErrors } from './ImportErrors';
import { ImportMapping } from './ImportMapping';

type Progress_ = Schemas['ImportProgress'];

const BUSY: readonly Schemas['ImportState'][] = ['receiving', 'checking', 'running'];

/** An import from its file to the last row: upload, columns, trial, run, refused rows. */
export default function ImportRun({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const queries = useQueryClient();
  const key = ['imports', row.id, 'progress'];
  const progress = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/imports/{id}/progress', { params: { path: { id: row.id } }, signal })),
    refetchInterval: (query) => (query.state.data && BUSY.includes(query.state.data.state) ? 1_000 : 10_000),
  });
  const tell = (now: Progress_) => {
    queries.setQueryData(key, now);
    void queries.invalidateQueries({ queryKey: ['imports', row.id, 'errors'] });
  };
  const params = { path: { id: row.id } };
  const upload = useMutation({
    mutationFn: (file: File) =>
      body(
        api.PUT('/api/v1/imports/{id}/file', {
          params,
          headers: { 'Content-Type': 'text/csv' },
          // Sent as it is, however large.
          body: file as unknown as string,
          bodySerializer: (whole) => whole as unknown as BodyInit,
        }),
      ),
    onSuccess: tell,
  });
  const start = useMutation({
    mutationFn: (dryRun: boolean) =>
      body(api.POST('/api/v1/imports/{id}/start', { params, body: { dry_run: dryRun } })),
    onSuccess: tell,
  });
  const stop = useMutation({
    mutationFn: () => body(api.POST('/api/v1/imports/{id}/stop', { params })),
    onSuccess: tell,
  });
  const [file, setFile] = useState<File | null>(null);
  const [asking, setAsking] = useState(false);
  const now = progress.data;
  if (now === undefined)
    return progress.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={progress.error} retry={() => void progress.refetch()} />
    );
  const busy = BUSY.includes(now.state);
  const hasFile = now.columns.length > 0;
  const mapped = Array.isArray(row.mapping) && row.mapping.length > 0;
  const again = now.state === 'stopped' || now.state === 'failed';
  const over = now.state === 'done';
  return (
    <Stack gap="md">
      <SectionCard title={`1. ${t('import.file')}`}>
        {hasFile && (
          <Text mb="sm">
            {t('import.hasFile', { columns: now.columns.length, kb: Math.ceil(now.bytes / 1000) })}
          </Text>
        )}
        {!over && (
          <Group align="end">
            <FileInput
              size="xs"
              w={320}
              accept=".csv,text/csv"
              label={t('import.choose')}
              description={t('import.fileHint')}
              clearable
              value={file}
              onChange={setFile}
            />
            <Button
              disabled={file === null || busy}
              loading={upload.isPending}
              onClick={() => file && upload.mutate(file, { onSuccess: () => setFile(null) })}
            >
              {t('import.upload')}
            </Button>
          </Group>
        )}
        <FormError error={upload.error} />
      </SectionCard>
      {hasFile && (
        <SectionCard title={`2. ${t('import.mapping')}`}>
          <ImportMapping
            key={now.columns.join('\u0000')}
            row={row}
            columns={now.columns}
            locked={busy || over}
          />
        </SectionCard>
      )}
      {hasFile && mapped && (
        <SectionCard
          title={`3. ${t('import.run')}`}
          actions={
            busy ? (
              <Button variant="default" color="red" loading={stop.isPending} onClick={() => stop.mutate()}>
                {t('import.stop')}
              </Button>
            ) : (
              !over && (
                <>
                  {!again && (
                    <Button variant="default" loading={start.isPending} onClick={() => start.mutate(true)}>
                      {t('import.try')}
                    </Button>
                  )}
                  <Button loading={start.isPending} onClick={() => setAsking(true)}>
                    {t(again ? 'import.goOn' : 'import.start')}
                  </Button>
                </>
              )
            )
          }
        >
          <RunState now={now} />
          <FormError error={start.error ?? stop.error} />
        </SectionCard>
      )}
      {now.failed > 0 && <ImportErrors id={row.id} count={now.failed} />}
      {asking && (
        <Confirm
          title={t('import.start')}
          text={t(now.state === 'checked' ? 'import.startAsk' : 'import.startUntried')}
          action={t(again ? 'import.goOn' : 'import.start')}
          onConfirm={() => {
            setAsking(false);
            start.mutate(false);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Stack>
  );
}

function RunState({ now }: { now: Progress_ }) {
  const { t } = useTranslation('admin');
  const share = now.bytes > 0 ? Math.floor((now.bytes_done / now.bytes) * 100) : 0;
  const trial = now.state === 'checking' || now.state === 'checked';
  return (
    <>
      <Text fw={500} aria-live="polite">
        {t(`import.state.${now.state}`)}
        {BUSY.includes(now.state) && ` · ${share} %`}
      </Text>
      {BUSY.includes(now.state) && <Progress value={share} my="xs" aria-label={t('import.run')} />}
      {now.fault && (
        <Text c="red" role="alert">
          {now.fault}
        </Text>
      )}
      <KeyValue
        rows={[
          [t('import.rows'), now.rows],
          [t(trial ? 'import.wouldCreate' : 'import.created'), now.created],
          [t(trial ? 'import.wouldUpdate' : 'import.updated'), now.updated],
          [t('import.unchanged'), now.unchanged],
          [t('import.skipped'), now.skipped],
          [t('import.failed'), now.failed],
          [t('import.begun'), now.begun_at ? <Time key="begun" ms={now.begun_at / 1000} /> : null],
          [t('import.ended'), now.ended_at ? <Time key="ended" ms={now.ended_at / 1000} /> : null],
        ]}
      />
    </>
  );
}
