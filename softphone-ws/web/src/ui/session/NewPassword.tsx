import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../api/client';
import { useAct } from '../hooks/useAct';
import { FormError, fieldErrors } from '../kit';
import { useSignOut } from './useSignOut';

/** The server refuses all else until the password is one's own. */
export function NewPassword({ onChanged }: { onChanged: (session: Schemas['SessionView']) => void }) {
  const { t } = useTranslation();
  const act = useAct();
  const signOut = useSignOut();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useMutation({
    mutationFn: () =>
      body(api.POST('/api/v1/session/password', { body: { old_password: old, new_password: fresh } })),
    onSuccess: onChanged,
  });
  const wrong = fieldErrors(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={1}>{t('password.title')}</Title>
        <Text>{t('password.why')}</Text>
        <PasswordInput
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          label={t('password.old')}
          autoComplete="current-password"
          required
          error={wrong('old_password')}
          value={old}
          onChange={(e) => setOld(e.currentTarget.value)}
        />
        <PasswordInput
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          label={t('password.new')}
          description={t('password.hint')}
          autoComplete="new-password"
          required
          minLength={10}
          maxLength={200}
          error={wrong('new_password')}
          value={fresh}
          onChange={(e) => setFresh(e.currentTarget.value)}
        />
        <FormError error={change.error} fields={['old_password', 'new_password']} />
        <Button type="submit" size="sm" loading={change.isPending}>
          {t('password.submit')}
        </Button>
        <Button variant="subtle" color="gray" onClick={() => void act(signOut)}>
          {t('me.signOut')}
        </Button>
      </Stack>
    </form>
  );
}
