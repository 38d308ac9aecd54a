import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { api, body } from '../../../api/client';
import { usePages } from '../../../api/pages';
import { TicketTable } from '../../crm/TicketTable';

export function CustomerTickets({ id }: { id: string }) {
  const { t } = useTranslation('customers');
  const rows = usePages(['tickets', 'customer', id], (cursor, signal) =>
    body(api.GET('/api/v1/customers/{id}/tickets', { params: { path: { id }, query: cursor }, signal })),
  );
  return (
    <>
      <TicketTable rows={rows} empty={t('noTickets')} />
      <Button component={Link} href={`/tickets/new?customer=${id}`} variant="light" mt="sm">
        {t('newTicket')}
      </Button>
    </>
  );
}
