import { Button } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../../api/pages';
import css from './kit.module.css';
import { EmptyState, ErrorState, LoadingState } from './states';

export interface Column<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** What to sort by; none: the column is not sorted. Only for lists that are there as a whole. */
  sort?: (row: T) => string | number;
  /** Figures stand at the end. */
  end?: boolean;
  width?: number | string;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  /** A list of its own, or pages of the server (`usePages`). */
  rows: readonly T[] | Pages<T>;
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  empty?: ReactNode;
}

/** A compact list: loading, empty and error states, sorting, further pages; rows are reached with Tab and arrows, opened with Enter. */
export function DataTable<T>({ label, columns, rows, rowKey, onOpen, empty }: Props<T>) {
  const { t } = useTranslation();
  const [sort, setSort] = useState<{ key: string; down: boolean } | null>(null);
  const pages = 'items' in rows ? rows : null;
  const items = 'items' in rows ? rows.items : rows;
  const sorted = useMemo(() => sortRows(items, columns, sort), [items, columns, sort]);
  if (pages?.loading) return <LoadingState />;
  if (pages?.error && items.length === 0) return <ErrorState error={pages.error} retry={pages.retry} />;
  if (items.length === 0) return empty ?? <EmptyState />;
  const click = (key: string) =>
    setSort((was) => (was?.key !== key ? { key, down: false } : was.down ? null : { key, down: true }));
  const ariaSort = (key: string) => (sort?.key !== key ? 'none' : sort.down ? 'descending' : 'ascending');
  return (
    <>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, sort: by, end, width }) => (
              <th
                key={key}
                scope="col"
                className={end ? css.end : undefined}
                style={{ width }}
                aria-sort={by && ariaSort(key)}
              >
                {by ? (
                  <button type="button" className={css.sort} onClick={() => click(key)}>
                    {title} {sort?.key === key ? (sort.down ? '↓' : '↑') : ''}
                  </button>
                ) : (
                  title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr
              key={rowKey(row)}
              {...(onOpen && {
                className: css.row,
                tabIndex: 0,
                onClick: () => onOpen(row),
                onKeyDown: rowKeys(() => onOpen(row)),
              })}
            >
              {columns.map(({ key, cell, end }) => (
                <td key={key} className={end ? css.end : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {pages?.error && <ErrorState error={pages.error} retry={pages.more} />}
      {pages?.hasMore && (
        <Button variant="subtle" fullWidth loading={pages.loadingMore} onClick={pages.more}>
          {t('list.more')}
        </Button>
      )}
    </>
  );
}

function sortRows<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  sort: { key: string; down: boolean } | null,
): readonly T[] {
  const by = columns.find((column) => column.key === sort?.key)?.sort;
  if (by === undefined) return items;
  const sign = sort?.down ? -1 : 1;
  return [...items].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    return (
      sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)))
    );
  });
}

function rowKeys(open: () => void) {
  return (event: KeyboardEvent<HTMLTableRowElement>) => {
    if (event.target !== event.currentTarget) return;
    const next = {
      ArrowDown: event.currentTarget.nextElementSibling,
      ArrowUp: event.currentTarget.previousElementSibling,
    };
    if (event.key === 'Enter') open();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      (next[event.key] as HTMLElement | null)?.focus();
    else return;
    event.preventDefault();
  };
}
