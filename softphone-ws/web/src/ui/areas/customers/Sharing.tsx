import { Button, Group, MultiSelect, NativeSelect } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, ifMatch } from '../../../api/client';
import { merged } from '../../../core/crm/edit';
import { ConflictDialog } from '../../crm/ConflictDialog';
import css from '../../crm/crm.module.css';
import { Field, Fields, InPlace } from '../../crm/InPlace';
import { usePeople, usePersonName, useTeamName, useTeams } from '../../crm/lookups';
import { PersonPick, TeamPick } from '../../crm/pickers';
import { Dialog, FormError, fieldErrors, SectionCard } from '../../kit';
import { type Customer, useCustomerEdit, useMay } from './useCustomer';

const VISIBILITIES = ['everyone', 'team', 'owner'] as const;

/** Whose customer it is, and who sees the record. */
export function Sharing({ row }: { row: Customer }) {
  const { t } = useTranslation('customers');
  const { responsibility } = useMay(row);
  const edit = useCustomerEdit(row);
  const wrong = fieldErrors(edit.error);
  const [person, team] = [usePersonName(), useTeamName()];
  const [sharing, setSharing] = useState(false);
  const shares = useQuery({
    queryKey: ['customers', row.id, 'shares'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/customers/{id}/shares', { params: { path: { id: row.id } }, signal })),
  });
  const names = [...(shares.data?.users ?? []).map(person), ...(shares.data?.teams ?? []).map(team)].filter(
    Boolean,
  );
  const visibility = row.visibility ?? 'everyone';
  return (
    <SectionCard title={t('responsible')}>
      <Fields>
        <Field label={t('field.owner_id')}>
          <InPlace
            label={t('field.owner_id')}
            value={row.owner_id ?? null}
            shown={person(row.owner_id)}
            readOnly={!responsibility}
            error={wrong('owner_id')}
            save={(owner_id) => edit.save({ owner_id })}
            editor={(value, onChange, label) => (
              <PersonPick label={label} value={value} onChange={onChange} autoFocus />
            )}
          />
        </Field>
        <Field label={t('field.team_id')}>
          <InPlace
            label={t('field.team_id')}
            value={row.team_id ?? null}
            shown={team(row.team_id)}
            readOnly={!responsibility}
            error={wrong('team_id')}
            save={(team_id) => edit.save({ team_id })}
            editor={(value, onChange, label) => (
              <TeamPick label={label} value={value} onChange={onChange} autoFocus />
            )}
          />
        </Field>
        <Field label={t('field.visibility')}>
          <InPlace
            label={t('field.visibility')}
            value={visibility}
            shown={t(`visibility.${visibility}`)}
            readOnly={!responsibility}
            error={wrong('visibility')}
            save={(next) => edit.save({ visibility: next })}
            editor={(value, onChange, label) => (
              <NativeSelect
                size="xs"
                autoFocus
                aria-label={label}
                value={value}
                onChange={(event) =>
                  onChange(VISIBILITIES.find((one) => one === event.currentTarget.value) ?? 'everyone')
                }
                data={VISIBILITIES.map((one) => ({ value: one, label: t(`visibility.${one}`) }))}
              />
            )}
          />
        </Field>
        <Field label={t('shares')}>
          <div className={css.row}>
            <span>{names.join(', ') || '—'}</span>
            {responsibility && shares.data && (
              <Button variant="subtle" size="compact-xs" onClick={() => setSharing(true)}>
                {t('share')}
              </Button>
            )}
          </div>
        </Field>
      </Fields>
      <FormError error={edit.error ?? shares.error} fields={['owner_id', 'team_id', 'visibility']} />
      {edit.conflict && (
        <ConflictDialog
          conflict={edit.conflict}
          nameOf={(field) => t(`field.${field as 'owner_id'}`, { defaultValue: field })}
          wordFor={(field, value) => {
            const id = String(value ?? '');
            if (field === 'visibility') return t(`visibility.${id as 'everyone'}`, { defaultValue: id });
            return field === 'team_id' ? team(id) : person(id);
          }}
        />
      )}
      {sharing && shares.data && (
        <SharesDialog
          row={row}
          users={shares.data.users ?? []}
          teams={shares.data.teams ?? []}
          onClose={() => setSharing(false)}
        />
      )}
    </SectionCard>
  );
}

function SharesDialog({
  row,
  onClose,
  ...held
}: {
  row: Customer;
  users: string[];
  teams: string[];
  onClose: () => void;
}) {
  const { t } = useTranslation(['customers', 'common']);
  const queries = useQueryClient();
  const [people, teamRows] = [usePeople().data ?? [], useTeams().data ?? []];
  const [before] = useState(held);
  const [users, setUsers] = useState(held.users);
  const [teams, setTeams] = useState(held.teams);
  const write = useMutation({
    mutationFn: async () => {
      // Whom somebody else let in or out meanwhile stays so.
      const params = { path: { id: row.id } };
      const now = await body(api.GET('/api/v1/customers/{id}/shares', { params }));
      return api.PUT('/api/v1/customers/{id}/shares', {
        params: { ...params, header: ifMatch(row.version) },
        body: {
          users: merged(before.users, users, now.users ?? []),
          teams: merged(before.teams, teams, now.teams ?? []),
        },
      });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['customers', row.id] });
      onClose();
    },
    onError: () => void queries.invalidateQueries({ queryKey: ['customers', row.id] }),
  });
  const options = (rows: readonly { id: string; name: string }[]) =>
    rows.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Dialog title={t('customers:share')} onClose={onClose}>
      <div className={css.stack}>
        <MultiSelect
          size="xs"
          label={t('customers:shareUsers')}
          searchable
          data={options(people.filter(({ id, active }) => active || users.includes(id)))}
          value={users}
          onChange={setUsers}
        />
        <MultiSelect
          size="xs"
          label={t('customers:shareTeams')}
          searchable
          data={options(teamRows)}
          value={teams}
          onChange={setTeams}
        />
        <FormError error={write.error} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button loading={write.isPending} onClick={() => write.mutate()}>
            {t('common:action.save')}
          </Button>
        </Group>
      </div>
    </Dialog>
  );
}
