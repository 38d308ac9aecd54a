import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../../api/client';
import { ErrorState, KeyValue, LoadingState, SectionCard, Time } from '../../kit';
import { AdminPage } from './AdminFrame';
import { useWords } from './engine/words';

/** What the server says of itself. Its settings stand in its configuration file. */
export default function ServerPage() {
  const { t } = useTranslation('admin');
  const words = useWords();
  const status = useQuery({
    queryKey: ['status', 'server'],
    queryFn: async ({ signal }) => {
      const read = await body(api.GET('/api/v1/status', { signal }));
      return { ...read, skewMs: Date.now() - read.server_time / 1000 };
    },
    refetchInterval: 10_000,
  });
  const yes = (holds: boolean | undefined) =>
    holds === undefined ? null : t(holds ? 'value.yes' : 'value.no');
  return (
    <AdminPage title={words.resource('server', 'many')} about={words.resource('server', 'about')}>
      {status.data === undefined ? (
        status.isPending ? (
          <LoadingState />
        ) : (
          <ErrorState error={status.error} retry={() => void status.refetch()} />
        )
      ) : (
        <SectionCard
          title={`Cordboard ${status.data.version}`}
          actions={
            <Badge color={status.data.ready === false ? 'red' : 'green'} variant="light" tt="none">
              {t(status.data.ready === false ? 'server.notReady' : 'server.ready')}
            </Badge>
          }
        >
          <KeyValue
            rows={[
              [t('server.time'), <Time key="time" ms={status.data.server_time / 1000} />],
              [
                t('server.skew'),
                Math.abs(status.data.skewMs) < 2_000
                  ? t('server.skewNone')
                  : t('server.skewSome', { seconds: Math.round(Math.abs(status.data.skewMs) / 1000) }),
              ],
              [t('server.https'), yes(status.data.https)],
              [t('server.microphone'), yes(status.data.microphone)],
              [t('server.serviceOrders'), yes(status.data.service_orders)],
              [t('server.mail'), yes(status.data.mail)],
              [t('server.demo'), yes(status.data.demo)],
            ]}
          />
          {!status.data.microphone && (
            <Text mt="sm" c="orange">
              {t('server.noMicrophone')}
            </Text>
          )}
        </SectionCard>
      )}
    </AdminPage>
  );
}
