import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Arrow, Ladder } from '../../../../core/interactions/ladder';
import css from './sip.module.css';

const COLUMN_REM = 13;

/** A line down for each side, an arrow across for each message, in the order of time. Arrows are reached by keys. */
export function LadderDrawing({
  ladder,
  chosen,
  onChoose,
}: {
  ladder: Ladder;
  chosen: number;
  onChoose: (number: number) => void;
}) {
  const { t, i18n } = useTranslation('recordings');
  const width = `${ladder.columns.length * COLUMN_REM}rem`;
  const time = new Intl.DateTimeFormat(i18n.language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  });
  const side = (column: number) => ladder.columns[column] ?? t('sip.ours');
  const said = (arrow: Arrow) => `${arrow.number}. ${arrow.label}: ${side(arrow.from)} → ${side(arrow.to)}`;
  return (
    <div className={css.ladder}>
      <div className={css.heads}>
        <span className={css.time} />
        <div className={css.lanes} style={{ width }}>
          {ladder.columns.map((column, index) => (
            <b key={column ?? 'ours'} style={{ left: `${place(index, ladder)}%` }}>
              {column ?? t('sip.ours')}
            </b>
          ))}
        </div>
      </div>
      {ladder.arrows.map((arrow) => (
        <button
          key={arrow.number}
          type="button"
          className={css.row}
          aria-pressed={arrow.number === chosen}
          aria-label={said(arrow)}
          onClick={() => onChoose(arrow.number)}
          onKeyDown={stepKeys}
        >
          <span className={css.time}>
            {time.format(arrow.message.at / 1000)}
            <small>{after(arrow.after)}</small>
          </span>
          <span className={css.lanes} style={{ width }}>
            {ladder.columns.map((column, index) => (
              <i key={column ?? 'ours'} className={css.life} style={{ left: `${place(index, ladder)}%` }} />
            ))}
            <span
              className={css.arrow}
              data-way={arrow.to > arrow.from ? 'right' : 'left'}
              data-status={arrow.status}
              style={{
                left: `${place(Math.min(arrow.from, arrow.to), ladder)}%`,
                width: `${(Math.abs(arrow.to - arrow.from) / ladder.columns.length) * 100}%`,
              }}
            >
              <span>{arrow.label}</span>
            </span>
          </span>
        </button>
      ))}
    </div>
  );
}

/** The middle of a column, in percent. */
function place(column: number, ladder: Ladder): number {
  return ((column + 0.5) / ladder.columns.length) * 100;
}

function after(us: number): string {
  return us < 1_000_000 ? `+${Math.round(us / 1000)} ms` : `+${(us / 1_000_000).toFixed(2)} s`;
}

function stepKeys(event: KeyboardEvent<HTMLButtonElement>): void {
  const { nextElementSibling: below, previousElementSibling: above } = event.currentTarget;
  const next = event.key === 'ArrowDown' ? below : event.key === 'ArrowUp' ? above : null;
  if (!(next instanceof HTMLButtonElement)) return;
  next.focus();
  next.click();
  event.preventDefault();
}
