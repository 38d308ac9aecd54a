import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { hunks, lineDiff } from '../../../../core/admin/diff';
import css from './code.module.css';

/** What became of a text, with a few lines around each change. Signs and colours say the same. */
export function DiffView({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation('admin');
  const shown = useMemo(() => hunks(lineDiff(before, after)), [before, after]);
  if (before === after) return <Text c="dimmed">{t('versions.same')}</Text>;
  return (
    <table className={css.diff} aria-label={t('versions.diff')}>
      <tbody>
        {shown.map((line, n) =>
          line === null ? (
            <tr key={`gap after ${shown[n - 1]?.old}/${shown[n - 1]?.new}`}>
              <td colSpan={4}>⋯</td>
            </tr>
          ) : (
            <tr
              key={`${line.sign}${line.old}/${line.new}`}
              className={line.sign === '+' ? css.came : line.sign === '-' ? css.went : undefined}
            >
              <td>{line.old}</td>
              <td>{line.new}</td>
              <td>{line.sign}</td>
              <td>{line.text}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
