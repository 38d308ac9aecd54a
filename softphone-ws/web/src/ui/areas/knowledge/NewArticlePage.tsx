import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { api, body, idempotencyKey, type Schemas } from '../../../api/client';
import { fromLocalInput } from '../../../core/crm/text';
import { languageOf } from '../../../i18n';
import css from '../../crm/crm.module.css';
import { FormError, fieldErrors, Page } from '../../kit';
import { ArticleTextInputs } from './ArticleText';
import { AUDIENCES, LANGUAGES, useCategoryOptions } from './useKnowledge';

/** A new article, a draft. `?translation_of=` makes it say another in its language; `?title=` comes from a request. */
export default function NewArticlePage() {
  const { t, i18n } = useTranslation('knowledge');
  const [, go] = useLocation();
  const [params] = useSearchParams();
  const queries = useQueryClient();
  const categories = useCategoryOptions();
  const [text, setText] = useState<Schemas['ArticleText']>({ title: params.get('title') ?? '', body: '' });
  const [language, setLanguage] = useState<string>(params.get('language') || languageOf(i18n.language));
  const [category, setCategory] = useState('');
  const [audience, setAudience] = useState<Schemas['ArticleAudience']>('agents');
  const [review, setReview] = useState('');
  const translation = params.get('translation_of');
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST('/api/v1/knowledge/articles', {
          params: { header: idempotencyKey() },
          body: {
            ...text,
            language,
            audience,
            category_id: category === '' ? null : category,
            ...(translation !== null && { translation_of: translation }),
            ...(review !== '' && { review_due_at: fromLocalInput(`${review}T00:00`) }),
          },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['articles'] });
      go(`/knowledge/${made.article.id}`, { replace: true });
    },
  });
  const wrong = fieldErrors(make.error);
  return (
    <Page title={t('new')}>
      <form
        className={css.stack}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <div className={css.row} style={{ alignItems: 'end' }}>
          <NativeSelect
            size="xs"
            label={t('language')}
            value={language}
            error={wrong('language')}
            onChange={(event) => setLanguage(event.currentTarget.value)}
            data={[...LANGUAGES]}
          />
          <NativeSelect
            size="xs"
            label={t('category')}
            value={category}
            error={wrong('category_id')}
            onChange={(event) => setCategory(event.currentTarget.value)}
            data={[{ value: '', label: '—' }, ...categories]}
          />
          <NativeSelect
            size="xs"
            label={t('audience.title')}
            value={audience}
            error={wrong('audience')}
            onChange={(event) =>
              setAudience(AUDIENCES.find((one) => one === event.currentTarget.value) ?? 'agents')
            }
            data={AUDIENCES.map((value) => ({ value, label: t(`audience.${value}`) }))}
          />
          <TextInput
            label={t('reviewDue')}
            type="date"
            value={review}
            error={wrong('review_due_at')}
            onChange={(event) => setReview(event.currentTarget.value)}
          />
        </div>
        <ArticleTextInputs text={text} onChange={setText} wrong={wrong} />
        <FormError
          error={make.error}
          fields={['title', 'body', 'keywords', 'language', 'category_id', 'audience', 'review_due_at']}
        />
        <div>
          <Button
            type="submit"
            loading={make.isPending}
            disabled={text.title.trim() === '' || text.body.trim() === ''}
          >
            {t('saveDraft')}
          </Button>
        </div>
      </form>
    </Page>
  );
}
