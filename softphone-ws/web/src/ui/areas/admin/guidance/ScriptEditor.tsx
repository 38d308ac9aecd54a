import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, idempotencyKey, Problem, type Schemas } from '../../../../api/client';
import { clean, covers, equal, missing, paths } from '../../../../core/admin/draft';
import type { Draft } from '../../../../core/admin/spec';
import { NEW_SCRIPT, SCRIPT_DOCUMENT } from '../../../../core/admin/specs/scriptDocument';
import { ADMINISTRATORS, mayEnter } from '../../../../core/roles';
import { ErrorState, FormError, LoadingState, SectionCard } from '../../../kit';
import { useSession } from '../../../world';
import { FormContext, type FormState } from '../engine/form';
import type { Row } from '../engine/rows';
import { Versions } from '../flows/Versions';
import { Fields } from '../inputs/Nested';

type ScriptVersion = Schemas['ScriptVersion'];

/** The steps of a script and its versions. */
export default function ScriptEditor({ row }: { row: Row }) {
  const versions = useQuery({
    queryKey: ['scripts', row.id, 'versions'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/scripts/{id}/versions', { params: { path: { id: row.id } }, signal })),
  });
  if (versions.data === undefined)
    return versions.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={versions.error} retry={() => void versions.refetch()} />
    );
  return <Editor id={row.id} versions={versions.data} />;
}

const draftOf = (version: ScriptVersion): Draft => version.document as unknown as Draft;

function Editor({ id, versions }: { id: string; versions: readonly ScriptVersion[] }) {
  const { t } = useTranslation(['admin', 'common']);
  const { roles } = useSession();
  const queries = useQueryClient();
  const may = mayEnter(roles, ADMINISTRATORS);
  const first = versions.find((version) => version.state === 'live') ?? versions[0];
  const [base, setBase] = useState<Draft>(() => (first ? draftOf(first) : NEW_SCRIPT));
  const [draft, setDraft] = useState(base);
  const [opened, setOpened] = useState(first?.number ?? null);
  const [tried, setTried] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: ['scripts', id] });
  const key = useRef({ of: '', header: idempotencyKey() });
  const save = useMutation({
    mutationFn: (document: Draft) => {
      const of = JSON.stringify(document);
      if (key.current.of !== of) key.current = { of, header: idempotencyKey() };
      return body(
        api.POST('/api/v1/scripts/{id}/versions', {
          params: { path: { id }, header: key.current.header },
          body: document as unknown as Schemas['ScriptDocument'],
        }),
      );
    },
    onSuccess: (version) => {
      open(version);
      notifications.show({ message: t('versions.savedAs', { number: version.number }) });
      return again();
    },
  });
  const open = (version: ScriptVersion) => {
    setBase(draftOf(version));
    setDraft(draftOf(version));
    setOpened(version.number);
    setTried(false);
  };
  const publish = (version: ScriptVersion) =>
    body(
      api.POST('/api/v1/scripts/{id}/versions/{number}/publish', {
        params: { path: { id, number: String(version.number) } },
      }),
    ).then(again);
  const lacking = tried ? missing(SCRIPT_DOCUMENT, draft) : [];
  const errors = save.error instanceof Problem ? (save.error.body.errors ?? []) : [];
  const here = paths(SCRIPT_DOCUMENT, draft);
  const shown = errors.filter((one) => here.some((path) => covers(path, one.field))).map((one) => one.field);
  const state: FormState = {
    wrong: (path, inside = false) =>
      lacking.includes(path)
        ? t('form.required')
        : errors.find((one) => one.field === path || (inside && covers(path, one.field)))?.message,
    readOnly: !may,
    made: false,
  };
  const dirty = !equal(clean(base), clean(draft));
  return (
    <>
      <SectionCard title={t('versions.title')}>
        <Versions
          versions={versions}
          textOf={(version) => JSON.stringify(version.document, null, 2)}
          onOpen={open}
          {...(may && { onPublish: publish })}
        />
      </SectionCard>
      <FormContext value={state}>
        <Group my="md">
          <Text fw={600}>{opened === null ? t('versions.new') : t('versions.one', { number: opened })}</Text>
          {dirty && <Text c="dimmed">{t('form.unsaved')}</Text>}
          <div style={{ flex: 1 }} />
          {may && (
            <>
              <Button variant="default" disabled={!dirty} onClick={() => setDraft(base)}>
                {t('form.discard')}
              </Button>
              <Button
                loading={save.isPending}
                disabled={!dirty && versions.length > 0}
                onClick={() => {
                  setTried(true);
                  if (missing(SCRIPT_DOCUMENT, draft).length === 0) save.mutate(clean(draft) as Draft);
                }}
              >
                {t('versions.save')}
              </Button>
            </>
          )}
        </Group>
        {lacking.length > 0 && (
          <Text c="red" role="alert" mb="sm">
            {t('form.fillIn', { count: lacking.length })}
          </Text>
        )}
        {shown.length > 0 && lacking.length === 0 && (
          <Text c="red" role="alert" mb="sm">
            {t('form.mend', { count: shown.length })}
          </Text>
        )}
        <FormError error={save.error} fields={shown} />
        <Fields fields={SCRIPT_DOCUMENT} value={draft} onChange={setDraft} at="" />
      </FormContext>
    </>
  );
}
