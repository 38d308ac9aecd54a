import { ActionIcon, Button, Group, MultiSelect, Text } from '@mantine/core';
import { IconUserMinus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { Schemas } from '../../../../api/client';
import { ADMINISTRATORS, mayEnter } from '../../../../core/roles';
import { useAct } from '../../../hooks/useAct';
import { type Column, DataTable, EmptyState, ErrorState, LoadingState } from '../../../kit';
import { useSession } from '../../../world';
import { changeRow, type Row, useAll, useNames } from '../engine/rows';

type User = Schemas['StoredUser'];

/** Who serves a queue, and whether their skills are what it needs. */
export default function QueueMembers({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const { roles } = useSession();
  const [, go] = useLocation();
  const act = useAct();
  const queries = useQueryClient();
  const users = useAll<User>('users');
  const skills = useNames('skills');
  const [chosen, setChosen] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  if (users.data === undefined)
    return users.isPending ? (
      <LoadingState />
    ) : (
      <ErrorState error={users.error} retry={() => void users.refetch()} />
    );
  const may = mayEnter(roles, ADMINISTRATORS);
  const serves = (user: User) => (user.queues ?? []).includes(row.id);
  const members = users.data.filter(serves);
  const others = users.data.filter(
    (user) => !serves(user) && user.active !== false && user.roles.includes('agent'),
  );
  const needs = (row.skills ?? []) as Schemas['SkillLevel'][];
  const lacks = (user: User) =>
    needs
      .filter(
        (need) =>
          !(user.skills ?? []).some((own) => own.skill === need.skill && own.proficiency >= need.proficiency),
      )
      .map((need) => `${skills.name(need.skill) ?? '…'} ≥ ${need.proficiency}`);
  const write = async (people: readonly User[], queuesOf: (user: User) => string[]) => {
    setBusy(true);
    await act(async () => {
      // One after the other: each is a row of its own, and what was done stays done.
      for (const user of people) await changeRow('users', user, { queues: queuesOf(user) });
    });
    setBusy(false);
    setChosen([]);
    await queries.invalidateQueries({ queryKey: ['users'] });
  };
  const columns: Column<User>[] = [
    { key: 'name', title: t('field.name'), cell: (user) => user.name, sort: (user) => user.name },
    { key: 'login', title: t('field.login'), cell: (user) => user.login },
    {
      key: 'fits',
      title: t('members.fits'),
      cell: (user) => {
        if (user.active === false)
          return (
            <Text span c="orange">
              {t('members.locked')}
            </Text>
          );
        if (!user.roles.includes('agent'))
          return (
            <Text span c="orange">
              {t('members.noAgent')}
            </Text>
          );
        const lacking = lacks(user);
        return lacking.length === 0 ? (
          t('members.yes')
        ) : (
          <Text span c="orange">
            {t('members.lacks', { skills: lacking.join(', ') })}
          </Text>
        );
      },
    },
    ...(may
      ? [
          {
            key: 'remove',
            title: '',
            end: true,
            cell: (user: User) => (
              <ActionIcon
                color="red"
                disabled={busy}
                aria-label={t('members.remove', { name: user.name })}
                onClick={(event) => {
                  event.stopPropagation();
                  void write([user], (one) => (one.queues ?? []).filter((id) => id !== row.id));
                }}
              >
                <IconUserMinus size={16} />
              </ActionIcon>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      {may && (
        <Group align="end" mb="md">
          <MultiSelect
            size="xs"
            flex={1}
            label={t('members.add')}
            searchable
            limit={100}
            nothingFoundMessage={t('form.nothingFound')}
            data={others.map((user) => ({ value: user.id, label: `${user.name} (${user.login})` }))}
            value={chosen}
            onChange={setChosen}
          />
          <Button
            loading={busy}
            disabled={chosen.length === 0}
            onClick={() =>
              void write(
                others.filter((user) => chosen.includes(user.id)),
                (one) => [...(one.queues ?? []), row.id],
              )
            }
          >
            {t('form.add')}
          </Button>
        </Group>
      )}
      <DataTable
        label={t('members.title')}
        columns={columns}
        rows={members}
        rowKey={(user) => user.id}
        onOpen={(user) => go(`/admin/users/${user.id}`)}
        empty={<EmptyState title={t('members.none')} />}
      />
    </>
  );
}
