import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../api/client';

/** In a demo: as whom one may sign in, and where the passwords stand. */
export function DemoHelp({ onChosen }: { onChosen: (login: string) => void }) {
  const { t } = useTranslation();
  const status = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => body(api.GET('/api/v1/status', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!status.data?.demo) return null;
  return (
    <Alert
      component="aside"
      role="note"
      aria-label={t('signIn.demo.title')}
      title={t('signIn.demo.title')}
      variant="light"
    >
      <Text size="sm">{t('signIn.demo.why')}</Text>
      <Group gap="xs" mt="xs">
        {status.data.demo_logins.map((login) => (
          <Button key={login} size="compact-sm" variant="default" onClick={() => onChosen(login)}>
            {login}
          </Button>
        ))}
      </Group>
    </Alert>
  );
}
