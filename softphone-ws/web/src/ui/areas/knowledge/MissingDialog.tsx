import { Button, Checkbox, Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { api, body, idempotencyKey } from '../../../api/client';
import { mayEnter } from '../../../core/roles';
import css from '../../crm/crm.module.css';
import { useTicketTypes } from '../../crm/lookups';
import { Dialog, FormError, fieldErrors } from '../../kit';
import { useSession } from '../../world';

interface Props {
  text: string;
  language: string;
  interaction?: string;
  onClose: () => void;
}

/** A search that solved nothing becomes a request for an article, or a ticket. */
export function MissingDialog({ text, language, interaction, onClose }: Props) {
  const { t } = useTranslation(['knowledge', 'common']);
  const { roles } = useSession();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const types = useTicketTypes().data ?? [];
  const [title, setTitle] = useState(text);
  const [details, setDetails] = useState('');
  const [ticket, setTicket] = useState(false);
  const [type_id, setType] = useState('');
  const chosen = type_id || types[0]?.id || '';
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/knowledge/searches/unsolved', {
          params: { header: idempotencyKey() },
          body: {
            text: (text || title).trim().slice(0, 200),
            title: title.trim(),
            details,
            ...(language !== '' && { language }),
            ...(interaction !== undefined && { interaction_id: interaction }),
            ...(ticket && { ticket: { type_id: chosen, title: title.trim(), description: details } }),
          },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['article-requests'] });
      onClose();
      go(made.made === 'ticket' ? `/tickets/${made.id}` : '/knowledge/requests');
    },
  });
  const wrong = fieldErrors(make.error);
  return (
    <Dialog title={t('knowledge:missing.title')} onClose={onClose}>
      <form
        className={css.stack}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput
          label={t('knowledge:articleTitle')}
          required
          data-autofocus
          maxLength={200}
          value={title}
          error={wrong('title')}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Textarea
          label={t('knowledge:missing.details')}
          autosize
          minRows={3}
          maxLength={5000}
          value={details}
          error={wrong('details')}
          onChange={(event) => setDetails(event.currentTarget.value)}
        />
        {mayEnter(roles, ['agent', 'supervisor', 'admin']) && types.length > 0 && (
          <div className={css.row}>
            <Checkbox
              size="xs"
              label={t('knowledge:missing.ticket')}
              checked={ticket}
              onChange={(event) => setTicket(event.currentTarget.checked)}
            />
            {ticket && (
              <NativeSelect
                size="xs"
                aria-label={t('knowledge:missing.type')}
                value={chosen}
                onChange={(event) => setType(event.currentTarget.value)}
                data={types.map(({ id, name }) => ({ value: id, label: name }))}
              />
            )}
          </div>
        )}
        <FormError error={make.error} fields={['title', 'details']} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" disabled={title.trim() === ''} loading={make.isPending}>
            {t('knowledge:missing.submit')}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
