import { TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../../api/client';
import css from '../../crm/crm.module.css';
import { Article } from './Article';
import own from './knowledge.module.css';

interface Props {
  text: Schemas['ArticleText'];
  onChange: (text: Schemas['ArticleText']) => void;
  wrong: (field: string) => string | undefined;
}

/** The text of an article beside how it will look. */
export function ArticleTextInputs({ text, onChange, wrong }: Props) {
  const { t } = useTranslation('knowledge');
  return (
    <div className={own.sides}>
      <div className={css.stack}>
        <TextInput
          label={t('articleTitle')}
          required
          maxLength={200}
          value={text.title}
          error={wrong('title')}
          onChange={(event) => onChange({ ...text, title: event.currentTarget.value })}
        />
        <Textarea
          label={t('body')}
          description={t('bodyHint')}
          required
          autosize
          minRows={14}
          maxRows={40}
          maxLength={50_000}
          value={text.body}
          error={wrong('body')}
          onChange={(event) => onChange({ ...text, body: event.currentTarget.value })}
        />
        <TagsInput
          size="xs"
          label={t('keywords')}
          value={text.keywords ?? []}
          error={wrong('keywords')}
          onChange={(keywords) => onChange({ ...text, keywords })}
        />
      </div>
      <section aria-label={t('preview')}>
        <Article text={text.body} />
      </section>
    </div>
  );
}
