import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Work } from '../../../core/desk/works';
import { useShortcut } from '../../hooks/useShortcut';
import { useWorks } from '../../phone/WorksProvider';

/** Which of several works is shown. */
export function WorkTabs({ works, shown }: { works: readonly Work[]; shown: Work | null }) {
  const { t } = useTranslation('pop');
  const { choose } = useWorks();
  const many = works.length > 1;
  const next = () => {
    const at = shown === null ? -1 : works.indexOf(shown);
    const work = works[(at + 1) % works.length];
    if (work !== undefined) choose(work.interaction);
  };
  useShortcut('Alt+y', t('works.next'), next, many);
  if (!many || shown === null) return null;
  const nameOf = (work: Work) =>
    work.cards[0]?.name || work.caller?.number || work.caller?.display || t('works.unknown');
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('works.label')}
      value={shown.interaction}
      data={works.map((work) => ({
        value: work.interaction,
        label: `${t(`stage.${work.stage}`)} · ${nameOf(work).slice(0, 24)}`,
      }))}
      onChange={choose}
    />
  );
}
