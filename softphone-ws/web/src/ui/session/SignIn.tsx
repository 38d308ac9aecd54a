import { Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, Problem, type Schemas } from '../../api/client';
import { FormError } from '../kit';
import { DemoHelp } from './DemoHelp';

interface Props {
  /** The session ended while somebody worked: who it was, and the way out for anybody else. */
  again?: { login: string; somebodyElse: () => void };
  onSignedIn: (session: Schemas['SessionView']) => void;
}

export function SignIn({ again, onSignedIn }: Props) {
  const { t } = useTranslation();
  const [login, setLogin] = useState(again?.login ?? '');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => body(api.POST('/api/v1/session', { body: { login, password } })),
    onSuccess: onSignedIn,
  });
  const { error } = signIn;
  const known =
    error instanceof Problem && error.status === 401
      ? t('signIn.wrong')
      : error instanceof Problem && error.status === 429
        ? t('signIn.tooMany', { seconds: error.retryAfterS ?? 60 })
        : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {again ? <Text>{t('signIn.again')}</Text> : <Title order={1}>{t('signIn.title')}</Title>}
        {!again && <DemoHelp onChosen={setLogin} />}
        <TextInput
          label={t('signIn.login')}
          autoComplete="username"
          required
          autoFocus={!again}
          readOnly={again !== undefined}
          value={login}
          onChange={(e) => setLogin(e.currentTarget.value)}
        />
        <PasswordInput
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
        />
        {known ? (
          <Text c="red" role="alert">
            {known}
          </Text>
        ) : (
          <FormError error={error} />
        )}
        <Button type="submit" size="sm" loading={signIn.isPending}>
          {t('signIn.submit')}
        </Button>
        {again && (
          <Button variant="subtle" color="gray" onClick={again.somebodyElse}>
            {t('signIn.somebodyElse')}
          </Button>
        )}
      </Stack>
    </form>
  );
}
