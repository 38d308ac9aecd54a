import { act } from '@testing-library/react';
import i18n from 'i18next';
import { expect, it } from 'vitest';
import type { Schemas } from '../../api/client';
import { renderApp } from '../../testing/render';
import { TimelineLine, TimelineText } from './TimelineEntry';

type Entry = Schemas['TimelineEntry'];

const entry = (kind: string, more: Partial<Entry>): Entry => ({
  kind,
  id: `00000000-0000-7000-8000-0000000000${kind.length}`,
  at: 1_700_000_000_000_000,
  changes: [],
  ...more,
});

const ENTRIES = [
  entry('interaction', { detail: 'voice inbound', state: 'left_in_flow', user: 'Bob' }),
  entry('interaction', { detail: 'voice outbound', state: 'completed', title: 'Asked for a lamp' }),
  entry('ticket', { detail: '7', state: 'on_hold', title: 'Broken lamp' }),
  entry('script', { state: 'over', title: 'Greeting' }),
  entry('open_item', { detail: 'order', state: 'open', title: 'SO-1' }),
  entry('change', {
    detail: 'customer_contacts',
    title: 'update',
    changes: [{ field: 'tier', before: null, after: 'gold' }],
  }),
];

it('says what an entry was in the words of people, in both languages', async () => {
  const { container } = await renderApp(
    <ul>
      {ENTRIES.map((one, at) => (
        <li key={String(at)}>
          <TimelineLine entry={one} />
          <TimelineText entry={one} />
        </li>
      ))}
    </ul>,
  );
  const lines = () => [...container.querySelectorAll('li')].map((line) => line.textContent);
  await expect
    .poll(lines)
    .toEqual([
      'ContactCall · inbound left in the menuBob',
      'ContactCall · outbound Asked for a lampcompleted',
      'Ticket#7 Broken lampon hold',
      'ScriptfinishedGreeting',
      'Open itemOrderopenSO-1',
      'ChangeContact points: changedTier:— → gold',
    ]);
  await act(() => i18n.changeLanguage('zh'));
  const chinese = lines().join('');
  await act(() => i18n.changeLanguage('en'));
  expect(chinese.replace(/Bob|Asked for a lamp|Broken lamp|Greeting|SO-1|gold/g, '')).not.toMatch(/[a-z_]/i);
});
