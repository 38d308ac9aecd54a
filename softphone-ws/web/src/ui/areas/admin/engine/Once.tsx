import { Button, CopyButton, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../kit';
import css from './engine.module.css';

/** A secret that is shown once only. Copying may not be possible on pages without TLS: it can be marked by a click. */
export function Once({
  title,
  text,
  secret,
  onClose,
}: {
  title: string;
  text: string;
  secret: string;
  onClose: () => void;
}) {
  const { t } = useTranslation('admin');
  return (
    <Dialog title={title} onClose={onClose}>
      <Text mb="sm">{text}</Text>
      <div className={css.once}>{secret}</div>
      <Group justify="end" mt="md">
        {window.isSecureContext && (
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t('once.copied') : t('once.copy')}
              </Button>
            )}
          </CopyButton>
        )}
        <Button onClick={onClose}>{t('once.done')}</Button>
      </Group>
    </Dialog>
  );
}
