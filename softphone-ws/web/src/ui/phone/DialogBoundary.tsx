import { Component, type ReactNode, Suspense } from 'react';
import { Dialog, ErrorState } from '../kit';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog whose code comes when it is wanted. One that cannot be had says so, and leaves the call and the page as they are. */
export class DialogBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { title, onClose, children } = this.props;
    if (this.state.error === null) return <Suspense>{children}</Suspense>;
    return (
      <Dialog title={title} onClose={onClose}>
        {/* What failed to load is not asked for again in this page: a call outlives the page's being loaded anew. */}
        <ErrorState error={this.state.error} retry={() => window.location.reload()} />
      </Dialog>
    );
  }
}
