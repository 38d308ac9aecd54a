import InteractionsPage from './InteractionsPage';

/** Only what was recorded. */
export default function RecordingsPage() {
  return <InteractionsPage only="recorded" />;
}
