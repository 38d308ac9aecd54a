import { useTranslation } from 'react-i18next';
import { RouteTabs } from '../../kit';

/** The floor now, and its day in figures. */
export function FloorTabs() {
  const { t } = useTranslation('floor');
  return (
    <RouteTabs
      tabs={[
        { path: '/floor', label: t('tab.live') },
        { path: '/floor/charts', label: t('tab.charts') },
      ]}
    />
  );
}
