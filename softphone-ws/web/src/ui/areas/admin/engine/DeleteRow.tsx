import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Problem } from '../../../../api/client';
import { type Spec, slugOf } from '../../../../core/admin/spec';
import { specOfAudit } from '../../../../core/admin/specs';
import { leaveFreely } from '../../../hooks/useUnsaved';
import { Dialog, FormError } from '../../../kit';
import { type Row, useWrites } from './rows';
import { useWords } from './words';

/** Deletes a row, or says what still uses it. */
export function DeleteRow({
  spec,
  row,
  name,
  onClose,
}: {
  spec: Spec;
  row: Row;
  name: string;
  onClose: () => void;
}) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const [, go] = useLocation();
  const { remove } = useWrites(spec);
  const [done, setDone] = useState(false);
  const used = remove.error instanceof Problem && remove.error.kind === 'in-use' ? remove.error : null;
  // "the queue is still used by a number": whose list to look in.
  const by = used ? (/ by an? (.+)$/.exec(used.message)?.[1] ?? '') : '';
  const user = specOfAudit(by);
  const canRest = spec.sections.some((section) => section.fields.some((field) => field.name === 'active'));
  return (
    <Dialog title={t('delete.title', { name })} onClose={onClose} size="sm">
      {used ? (
        <>
          <Text mb="sm" role="alert">
            {t('delete.inUse', { name, by: user ? words.resource(user.word, 'many') : by })}
          </Text>
          {canRest && (
            <Text mb="sm" c="dimmed">
              {t('delete.rest')}
            </Text>
          )}
        </>
      ) : (
        <Text mb="sm">{t('delete.sure')}</Text>
      )}
      {remove.error && !used ? <FormError error={remove.error} /> : null}
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t(used ? 'common:action.close' : 'common:action.cancel')}
        </Button>
        {used && user && (
          <Button onClick={() => go(`/admin/${slugOf(user)}`)}>
            {t('delete.look', { list: words.resource(user.word, 'many') })}
          </Button>
        )}
        {!used && (
          <Button
            color="red"
            loading={remove.isPending || done}
            onClick={() =>
              remove.mutate(row, {
                onSuccess: () => {
                  setDone(true);
                  leaveFreely();
                  go(`/admin/${slugOf(spec)}`);
                },
              })
            }
          >
            {t('common:action.delete')}
          </Button>
        )}
      </Group>
    </Dialog>
  );
}
