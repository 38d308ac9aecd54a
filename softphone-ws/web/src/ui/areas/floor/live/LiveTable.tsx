import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { arrange, nextSort, type Row, type Sort, sorted } from '../../../../core/floor/order';
import { EmptyState } from '../../../kit';
import { useKept } from '../useFloor';
import css from './live.module.css';

export interface LiveColumn<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  sort?: (row: T) => string | number | null;
  /** Figures stand at the end. */
  end?: boolean;
  /** In rem, three quarters of that on a small screen: columns keep their width whatever stands in them. */
  width: number;
}

interface Props<T> {
  /** Under which its order is kept. */
  name: string;
  label: string;
  /** Kept by `useMemo`: only rows that changed are drawn again. */
  columns: readonly LiveColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  empty?: string;
}

/** After so long without a move the hand is taken to be away. */
const HAND_AWAY_MS = 6_000;

function readSort(text: string | null): Sort | null {
  try {
    const read = text === null ? null : (JSON.parse(text) as Partial<Sort> | null);
    return typeof read?.key === 'string' ? { key: read.key, down: read.down === true } : null;
  } catch {
    return null;
  }
}

/** A table of what changes by itself: columns of fixed width, and rows that keep their places while somebody points at them. */
export function LiveTable<T>({ name, label, columns, rows, rowKey, onOpen, empty }: Props<T>) {
  const { t } = useTranslation('floor');
  const [sort, setSort] = useKept(`floor.sort.${name}`, readSort);
  const { held, hand } = useHand();
  const before = useRef<readonly Row<T>[]>([]);
  const latest = useRef(onOpen);
  latest.current = onOpen;
  const open = useCallback((row: T) => latest.current?.(row), []);
  const by = columns.find((column) => column.key === sort?.key)?.sort;
  const shown = arrange(before.current, sorted(rows, by, sort?.down ?? false), rowKey, held);
  useEffect(() => {
    before.current = shown;
  });
  if (shown.length === 0) return <EmptyState {...(empty !== undefined && { title: empty })} />;
  const sum = columns.reduce((before, { width }) => before + width, 0);
  const resort = (key: string) => {
    before.current = [];
    setSort(nextSort(sort, key));
  };
  return (
    <div className={css.scroll} {...hand}>
      <table className={css.table} aria-label={label} style={{ '--columns': sum } as CSSProperties}>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={{ width: `${(100 * width) / sum}%` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ key, title, sort: sortable, end }) => (
              <th
                key={key}
                scope="col"
                className={end ? css.end : undefined}
                aria-sort={sortable && (sort?.key !== key ? 'none' : sort.down ? 'descending' : 'ascending')}
              >
                {sortable ? (
                  <button type="button" className={css.sort} onClick={() => resort(key)}>
                    {title} <span aria-hidden>{sort?.key !== key ? '' : sort.down ? '↓' : '↑'}</span>
                  </button>
                ) : (
                  title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, row, gone }) => (
            <LiveRow
              key={key}
              row={row}
              columns={columns}
              gone={gone ? t('table.gone') : null}
              open={onOpen && !gone ? open : null}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps<T> {
  row: T;
  columns: readonly LiveColumn<T>[];
  /** Not there any more: what to say of it. */
  gone: string | null;
  open: ((row: T) => void) | null;
}

function PlainRow<T>({ row, columns, gone, open }: RowProps<T>) {
  return (
    <tr
      className={gone !== null ? css.gone : open !== null ? css.row : undefined}
      {...(gone !== null && { title: gone, 'aria-disabled': true })}
      {...(open !== null && {
        tabIndex: 0,
        onClick: () => open(row),
        onKeyDown: rowKeys(() => open(row)),
      })}
    >
      {columns.map(({ key, cell, end }) => (
        <td key={key} className={end ? css.end : undefined}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

const LiveRow = memo(PlainRow) as typeof PlainRow;

/** Whether somebody's hand is over it, and moved of late. */
function useHand() {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const away = () => {
    clearTimeout(timer.current);
    setHeld(false);
  };
  const here = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHeld(false), HAND_AWAY_MS);
    setHeld(true);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { held, hand: { onPointerEnter: here, onPointerMove: here, onPointerLeave: away } };
}

function rowKeys(open: () => void) {
  return (event: KeyboardEvent<HTMLTableRowElement>) => {
    if (event.target !== event.currentTarget) return;
    const { nextElementSibling: below, previousElementSibling: above } = event.currentTarget;
    if (event.key === 'Enter') open();
    else if (event.key === 'ArrowDown') (below as HTMLElement | null)?.focus();
    else if (event.key === 'ArrowUp') (above as HTMLElement | null)?.focus();
    else return;
    event.preventDefault();
  };
}
