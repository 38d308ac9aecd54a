export { type Column, DataTable } from './DataTable';
export { Confirm, Dialog } from './Dialog';
export { FormError, fieldErrors } from './form';
export { Filters, KeyValue, Page, SectionCard } from './Page';
export { RouteTabs } from './RouteTabs';
export { StateBadge } from './StateBadge';
export { EmptyState, ErrorState, LoadingState } from './states';
export { Duration, Since, Time, timeText, Until } from './time';
