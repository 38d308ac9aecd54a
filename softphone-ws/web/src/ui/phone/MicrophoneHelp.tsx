import { Alert, Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { MicrophoneTrouble } from '../../core/phone/ports';
import { usePhone } from './PhoneProvider';

/** Why there is no microphone, and what the person can do about it. */
export function MicrophoneHelp({ why }: { why: MicrophoneTrouble }) {
  const { t } = useTranslation('phone');
  const { audio } = usePhone();
  return (
    <Alert color="orange" title={t(`microphone.${why}.title`)}>
      <Text mb="sm">{t(`microphone.${why}.text`)}</Text>
      {why !== 'insecure' && <Button onClick={() => audio?.retry()}>{t('microphone.again')}</Button>}
    </Alert>
  );
}
