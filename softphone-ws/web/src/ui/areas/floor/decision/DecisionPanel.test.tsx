import { screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import type { Decisions } from '../../../../api/decisions';
import { renderApp } from '../../../../testing/render';
import { DecisionPanel } from './DecisionPanel';

const decisions: Decisions = {
  interaction: 'i',
  waiting: null,
  names: { ann: 'Ann Bell', bo: 'Bo Chen', cy: 'Cy Day', fr: 'French', lunch: 'Lunch' },
  offers: [
    {
      offer: 'o',
      queue: 'q',
      agent: 'ann',
      offered_at: 0,
      ended_at: null,
      outcome: 'declined',
      decision: {
        rule: 'longest_idle',
        age_ms: 3_200,
        priority: 5,
        credit_ms: 0,
        not_shown: 2,
        candidates: [
          { agent: 'ann', proficiency: 7, idle_ms: 91_000, rejected: null },
          { agent: 'bo', proficiency: 0, idle_ms: 5_000, rejected: { why: 'missing_skill', detail: 'fr' } },
          {
            agent: 'cy',
            proficiency: 0,
            idle_ms: 0,
            rejected: { why: 'not_ready', detail: { kind: 'chosen', id: 'lunch' } },
          },
        ],
      },
    },
  ],
};

it('says of each agent why they were chosen or not', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(decisions)));
  await renderApp(<DecisionPanel interaction="i" />);
  expect(await screen.findByRole('heading', { name: 'Offered to Ann Bell: declined' })).toBeTruthy();
  const row = (name: string) => screen.getByRole('rowheader', { name }).closest('tr') as HTMLElement;
  expect(within(row('Ann Bell')).getByText('✓ chosen')).toBeTruthy();
  expect(within(row('Bo Chen')).getByText('lacks the skill French')).toBeTruthy();
  expect(within(row('Cy Day')).getByText('not ready: Lunch')).toBeTruthy();
  expect(screen.getByText('2 more agents are not shown.')).toBeTruthy();
});
