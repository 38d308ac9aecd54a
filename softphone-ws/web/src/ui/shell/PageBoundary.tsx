import { Component, type ReactNode } from 'react';
import { ErrorState } from '../kit';

/** A page that fails does not take the telephone with it. */
export class PageBoundary extends Component<{ path: string; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { path: string }) {
    if (before.path !== this.props.path && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    const { error } = this.state;
    return (
      <ErrorState
        error={error}
        retry={() => (isUnloaded(error) ? window.location.reload() : this.setState({ error: null }))}
      />
    );
  }
}

/** Code that did not come, as after an upgrade of the server: it is not asked for again in this page. */
function isUnloaded(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported|importing a module/i.test(error.message);
}
