import { useTranslation } from 'react-i18next';
import type { MessageView } from '../../../api/protocol';
import { Duration } from '../../kit';
import css from './desk.module.css';

/** A message somebody left, to be heard. */
export function MessagePlayer({ message }: { message: MessageView }) {
  const { t } = useTranslation('pop');
  return (
    <div className={css.row}>
      {/* biome-ignore lint/a11y/useMediaCaption: what a caller said has no captions. */}
      <audio
        controls
        preload="none"
        aria-label={t('message.label')}
        src={`/api/v1/recordings/${message.recording}/parts/1`}
      />
      <Duration ms={message.duration_ms} />
    </div>
  );
}
