import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { usePageTitle } from '../hooks/useTitle';
import css from './kit.module.css';

/** A page under the top bar: its title, its actions at the right, its own scrolling body. */
export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  usePageTitle(title);
  return (
    <div className={css.page}>
      <header className={css.pageHead}>
        <Title order={1}>{title}</Title>
        {actions !== undefined && <div className={css.actions}>{actions}</div>}
      </header>
      <div className={css.pageBody}>{children}</div>
    </div>
  );
}

/** A part of a page with a heading. */
export function SectionCard({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={css.card} aria-label={title}>
      <div className={css.cardHead}>
        <Title order={2}>{title}</Title>
        {actions !== undefined && <div className={css.actions}>{actions}</div>}
      </div>
      <div className={css.cardBody}>{children}</div>
    </section>
  );
}

/** Names and values side by side; what has no value is left out. */
export function KeyValue({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css.keyValue}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => [<dt key={`${name}:name`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}

/** Inputs that narrow a list, above it. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className={css.filters}>{children}</search>;
}
