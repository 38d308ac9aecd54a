import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, ifMatch, type Schemas } from '../../../api/client';
import { changed } from '../../../core/crm/edit';
import { fromLocalInput, localInput } from '../../../core/crm/text';
import { ConflictDialog } from '../../crm/ConflictDialog';
import css from '../../crm/crm.module.css';
import { useRowEdit } from '../../crm/useRowEdit';
import { FormError, fieldErrors } from '../../kit';
import { AUDIENCES, useCategoryOptions } from './useKnowledge';

type Stored = Schemas['StoredKnowledgeArticle'];
type Own = Pick<Stored, 'category_id' | 'audience' | 'review_due_at' | 'valid_until'>;

const day = (us: number | null | undefined) => localInput(us).slice(0, 10);
const ofDay = (text: string) => (text === '' ? null : fromLocalInput(`${text}T00:00`));

/** Who may read an article, where it stands, and for how long. */
export function ArticleSettings({ article }: { article: Stored }) {
  const { t } = useTranslation(['knowledge', 'common']);
  const queries = useQueryClient();
  const categories = useCategoryOptions();
  const [own, setOwned] = useState<Partial<Own>>({});
  // What the changes are based on, whatever others write meanwhile.
  const [base, setBase] = useState(article);
  const setOwn = (next: Partial<Own>) => {
    if (Object.keys(own).length === 0) setBase(article);
    setOwned(next);
  };
  const params = { path: { id: article.id } };
  const edit = useRowEdit({
    row: article,
    write: async (changes: Partial<Own>, version) => {
      const view = await body(
        api.PATCH('/api/v1/knowledge/articles/{id}', {
          params: { ...params, header: ifMatch(version) },
          // A merge patch: what is not named stays, `null` clears.
          body: changes as Schemas['KnowledgeArticle'],
        }),
      );
      return view.article;
    },
    read: async () => (await body(api.GET('/api/v1/knowledge/articles/{id}', { params }))).article,
    done: () => void queries.invalidateQueries({ queryKey: ['articles'] }),
  });
  const wrong = fieldErrors(edit.error);
  const now = { ...article, ...own };
  const changes = changed<Own>(article, own);
  const labels: Record<string, string> = {
    category_id: t('knowledge:category'),
    audience: t('knowledge:audience.title'),
    review_due_at: t('knowledge:reviewDue'),
    valid_until: t('knowledge:validUntil'),
  };
  return (
    <form
      className={css.stack}
      style={{ maxWidth: '24rem' }}
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save(changes, base).then((done) => {
          if (done) setOwned({});
        });
      }}
    >
      <NativeSelect
        size="xs"
        label={labels.category_id}
        value={now.category_id ?? ''}
        error={wrong('category_id')}
        onChange={(event) => setOwn({ ...own, category_id: event.currentTarget.value || null })}
        data={[{ value: '', label: '—' }, ...categories]}
      />
      <NativeSelect
        size="xs"
        label={labels.audience}
        value={now.audience ?? 'agents'}
        error={wrong('audience')}
        onChange={(event) =>
          setOwn({ ...own, audience: AUDIENCES.find((one) => one === event.currentTarget.value) ?? 'agents' })
        }
        data={AUDIENCES.map((value) => ({ value, label: t(`knowledge:audience.${value}`) }))}
      />
      <TextInput
        label={labels.review_due_at}
        type="date"
        value={day(now.review_due_at)}
        error={wrong('review_due_at')}
        onChange={(event) => setOwn({ ...own, review_due_at: ofDay(event.currentTarget.value) })}
      />
      <TextInput
        label={labels.valid_until}
        type="date"
        value={day(now.valid_until)}
        error={wrong('valid_until')}
        onChange={(event) => setOwn({ ...own, valid_until: ofDay(event.currentTarget.value) })}
      />
      <FormError error={edit.error} fields={Object.keys(labels)} />
      <div>
        <Button type="submit" disabled={Object.keys(changes).length === 0} loading={edit.busy}>
          {t('common:action.save')}
        </Button>
      </div>
      {edit.conflict && (
        <ConflictDialog
          conflict={edit.conflict}
          nameOf={(field) => labels[field] ?? field}
          wordFor={(field, value) => {
            if (field === 'category_id')
              return categories.find((one) => one.value === value)?.label.trim() ?? '';
            if (typeof value === 'number') return day(value);
            return t(`knowledge:audience.${String(value) as 'agents'}`, { defaultValue: '' });
          }}
        />
      )}
    </form>
  );
}
