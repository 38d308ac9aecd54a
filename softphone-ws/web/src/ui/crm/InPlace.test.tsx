import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render';
import { ConflictDialog } from './ConflictDialog';
import { InPlace } from './InPlace';
import { useRowEdit } from './useRowEdit';

interface Row {
  version: number;
  title: string;
  tags: string;
}

it('asks before it writes over what a colleague wrote while it was open', async () => {
  const written: [Partial<Row>, number][] = [];
  let colleague: (row: Row) => void = () => {};
  function Page() {
    const [row, setRow] = useState<Row>({ version: 1, title: 'Lamp', tags: '' });
    colleague = setRow;
    const edit = useRowEdit<Row, Partial<Row>>({
      row,
      write: async (changes, version) => {
        written.push([changes, version]);
        const next = { ...row, ...changes, version: version + 1 };
        setRow(next);
        return next;
      },
      read: async () => row,
      done: () => {},
    });
    return (
      <>
        <InPlace
          label="Title"
          value={row.title}
          shown={row.title}
          save={(title) => edit.save({ title })}
          editor={(value, onChange, label) => (
            <input aria-label={label} value={value} onChange={(event) => onChange(event.target.value)} />
          )}
        />
        {edit.conflict && (
          <ConflictDialog
            conflict={edit.conflict}
            nameOf={(field) => field}
            wordFor={(_, value) => String(value)}
          />
        )}
      </>
    );
  }
  await renderApp(<Page />);
  await userEvent.click(await screen.findByRole('button', { name: /Title/ }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Title' }), ' red');
  act(() => colleague({ version: 2, title: 'Chair', tags: 'new' }));
  await userEvent.keyboard('{Enter}');
  await screen.findByRole('dialog');
  expect(written).toEqual([]);
  await userEvent.click(screen.getByRole('radio', { name: /Chair/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Write my choice' }));
  expect(written).toEqual([]);
  expect(await screen.findByText('Chair')).toBeTruthy();

  // Another field of the row is nobody's concern.
  await userEvent.click(screen.getByRole('button', { name: /Title/ }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Title' }), ' red');
  act(() => colleague({ version: 3, title: 'Chair', tags: 'newer' }));
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('Chair red')).toBeTruthy();
  expect(written).toEqual([[{ title: 'Chair red' }, 3]]);
});
