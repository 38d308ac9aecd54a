import { Suspense } from 'react';
import { Bar } from '../phone/Bar';

/** The softphone bar: what the person's telephone does, always in sight. */
export function PhoneBar() {
  return (
    <Suspense>
      <Bar />
    </Suspense>
  );
}
