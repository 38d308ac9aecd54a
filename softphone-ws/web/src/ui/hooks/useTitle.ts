/** The title of the browser's tab: the page's, and over it, while it rings, who calls. */
import { useEffect } from 'react';

let page = 'Cordboard';
let caller: string | null = null;

function show(): void {
  document.title = caller === null ? page : `☎ ${caller}`;
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    page = `${title} · Cordboard`;
    show();
  }, [title]);
}

/** `null`: nobody calls. */
export function useCallerTitle(who: string | null): void {
  useEffect(() => {
    caller = who;
    show();
    return () => {
      caller = null;
      show();
    };
  }, [who]);
}
