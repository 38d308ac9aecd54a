import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { usePages } from '../../../../api/pages';
import type { Json } from '../../../../core/admin/spec';
import { apiTokens } from '../../../../core/admin/specs/people';
import { type Column, DataTable, EmptyState, Time } from '../../../kit';
import { NewPage } from '../engine/EditPage';
import { Once } from '../engine/Once';
import { type Row, readPage } from '../engine/rows';
import { ValueText } from '../engine/ValueText';

/** A new token, and the token itself, once. */
export function NewToken() {
  const { t } = useTranslation('admin');
  const [, go] = useLocation();
  const [made, setMade] = useState<Row | null>(null);
  return (
    <>
      <NewPage spec={apiTokens} onMade={setMade} />
      {made && (
        <Once
          title={t('token.made')}
          text={t('token.once')}
          secret={String(made.token)}
          onClose={() => go(`/admin/api-tokens/${made.id}`)}
        />
      )}
    </>
  );
}

/** The tokens that act in somebody's name. */
export default function UserTokens({ row }: { row: Row }) {
  const { t } = useTranslation('admin');
  const [, go] = useLocation();
  const pages = usePages<Row>(['api-tokens', 'of', row.id], (cursor, signal) =>
    readPage<Row>('api-tokens', { user_id: row.id, ...cursor }, signal),
  );
  const columns: Column<Row>[] = [
    { key: 'name', title: t('field.name'), cell: (token) => String(token.name) },
    {
      key: 'roles',
      title: t('field.roles'),
      cell: (token) => (
        <ValueText
          field={{ kind: 'choices', of: 'role', name: 'roles', label: 'roles' }}
          value={token.roles as Json}
        />
      ),
    },
    {
      key: 'expires',
      title: t('field.expiresAt'),
      cell: (token) =>
        typeof token.expires_at === 'number' ? <Time ms={token.expires_at / 1000} /> : t('token.never'),
    },
  ];
  return (
    <DataTable
      label={t('token.list')}
      columns={columns}
      rows={pages}
      rowKey={(token) => token.id}
      onOpen={(token) => go(`/admin/api-tokens/${token.id}`)}
      empty={
        <EmptyState
          title={t('token.none')}
          action={<Button onClick={() => go('/admin/api-tokens/new')}>{t('list.new')}</Button>}
        />
      }
    />
  );
}
