import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '../../../../api/client';
import { usePages } from '../../../../api/pages';
import { type Column, DataTable, SectionCard } from '../../../kit';

type Refused = Schemas['ImportError'];

/** The rows that were refused: here, and as a file to be mended and imported again. */
export function ImportErrors({ id, count }: { id: string; count: number }) {
  const { t } = useTranslation('admin');
  const pages = usePages<Refused>(['imports', id, 'errors', count], (cursor, signal) =>
    body(
      api.GET('/api/v1/imports/{id}/errors', {
        params: { path: { id }, query: { limit: '100', ...cursor } },
        signal,
      }),
    ),
  );
  const columns: Column<Refused>[] = [
    { key: 'row', title: t('import.row'), cell: (one) => one.row, end: true, width: 80 },
    { key: 'line', title: t('import.line'), cell: (one) => one.line, end: true, width: 80 },
    { key: 'field', title: t('import.column'), cell: (one) => one.field || t('import.wholeRow') },
    { key: 'reason', title: t('import.reason'), cell: (one) => one.reason },
  ];
  return (
    <SectionCard
      title={t('import.errors')}
      actions={
        <Button component="a" variant="default" href={`/api/v1/imports/${id}/errors.csv`} download>
          {t('import.errorsFile')}
        </Button>
      }
    >
      <DataTable
        label={t('import.errors')}
        columns={columns}
        rows={pages}
        rowKey={(one) => `${one.row}/${one.field}`}
      />
    </SectionCard>
  );
}
