import { Button } from '@mantine/core';
import { IconKey, IconLock, IconLockOpen } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { passwordFrom } from '../../../../core/admin/password';
import { users as spec } from '../../../../core/admin/specs/people';
import { ADMINISTRATORS, mayEnter } from '../../../../core/roles';
import { useAct } from '../../../hooks/useAct';
import { Confirm } from '../../../kit';
import { useSession } from '../../../world';
import { Once } from '../engine/Once';
import { type Row, useWrites } from '../engine/rows';

/** A one-time password, and locking somebody out or in again. */
export function UserActions({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const { roles, user } = useSession();
  const act = useAct();
  const { change } = useWrites(spec);
  const [asking, setAsking] = useState<'password' | 'lock' | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  if (!mayEnter(roles, ADMINISTRATORS)) return null;
  const name = String(row.name);
  const active = row.active !== false;
  const own = user.id === row.id;
  const write = async (changes: Record<string, string | boolean>) => {
    const done = await act(() => change.mutateAsync({ row, changes }));
    setAsking(null);
    return done;
  };
  const reset = async () => {
    const fresh = passwordFrom(crypto.getRandomValues(new Uint8Array(64)));
    if (await write({ password: fresh, must_change_password: true })) setPassword(fresh);
  };
  return (
    <>
      {!own && (
        <Button variant="default" leftSection={<IconKey size={14} />} onClick={() => setAsking('password')}>
          {t('user.oneTime')}
        </Button>
      )}
      {!own && (
        <Button
          variant="default"
          leftSection={active ? <IconLock size={14} /> : <IconLockOpen size={14} />}
          onClick={() => (active ? setAsking('lock') : void write({ active: true }))}
        >
          {t(active ? 'user.lock' : 'user.unlock')}
        </Button>
      )}
      {asking === 'password' && (
        <Confirm
          title={t('user.oneTime')}
          text={t('user.oneTimeAsk', { name })}
          action={t('user.oneTimeDo')}
          busy={change.isPending}
          onConfirm={() => void reset()}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'lock' && (
        <Confirm
          title={t('user.lock')}
          text={t('user.lockAsk', { name })}
          action={t('user.lock')}
          danger
          busy={change.isPending}
          onConfirm={() => void write({ active: false })}
          onClose={() => setAsking(null)}
        />
      )}
      {password !== null && (
        <Once
          title={t('user.oneTime')}
          text={t('user.oneTimeTell', { name })}
          secret={password}
          onClose={() => setPassword(null)}
        />
      )}
    </>
  );
}
