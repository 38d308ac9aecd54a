import { Tabs } from '@mantine/core';
import { useLocation } from 'wouter';

/** Tabs whose choice is the path; the page shows what belongs to it. */
export function RouteTabs({ tabs }: { tabs: readonly { path: string; label: string }[] }) {
  const [path, go] = useLocation();
  const chosen = tabs.findLast((tab) => path === tab.path || path.startsWith(`${tab.path}/`))?.path ?? null;
  return (
    <Tabs value={chosen} onChange={(next) => next && go(next)} mb="sm">
      <Tabs.List>
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.path} value={tab.path}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}
