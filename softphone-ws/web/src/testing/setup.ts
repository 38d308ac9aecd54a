import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// A slow computer is no fault of the page; whoever waits goes on as soon as it is there.
configure({ asyncUtilTimeout: 20_000 });

// jsdom has no layout: what components ask about it is answered in the plainest way.
vi.stubGlobal('matchMedia', (query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
}));
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
afterEach(cleanup);
// Text areas that grow measure themselves again when fonts arrive.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });
