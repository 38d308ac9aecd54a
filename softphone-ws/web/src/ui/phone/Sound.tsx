import { Badge, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { QualityView } from '../../api/protocol';
import { scoreOf, soundOf } from '../../core/phone/quality';
import css from './phone.module.css';

const COLOURS = { good: 'green', fair: 'orange', bad: 'red' } as const;

/** How a leg sounds, by word and colour; its figures on demand. Nothing until something was measured. */
export function Sound({ quality }: { quality: QualityView | null }) {
  const { t, i18n } = useTranslation('phone');
  const sound = soundOf(quality);
  if (quality === null || sound === 'unknown') return null;
  const one = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 1 });
  const mos = (tenths: number | null) => (tenths === null ? '–' : one.format(tenths / 10));
  return (
    <Tooltip
      multiline
      label={t('sound.figures', {
        heard: mos(quality.heard_tenths),
        far: mos(quality.far_tenths),
        lost: one.format(quality.lost_permille / 10),
        farLost: one.format(quality.far_lost_permille / 10),
        jitter: quality.jitter_ms,
        trip: quality.round_trip_ms === 0 ? '–' : quality.round_trip_ms,
      })}
    >
      <Badge variant="dot" color={COLOURS[sound]} tt="none" tabIndex={0}>
        <span className={css.wide}>{t(`sound.${sound}`)} </span>
        {mos(scoreOf(quality))}
      </Badge>
    </Tooltip>
  );
}
