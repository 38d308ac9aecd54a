import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Field, FieldOf, Json } from '../../../../core/admin/spec';
import { formatDuration } from '../../../../core/duration';
import { Time } from '../../../kit';
import { dayName } from '../inputs/WeekInput';
import { useNames } from './rows';
import { useWords } from './words';

/** A field's value as people read it; shown in lists and beside conflicts. */
export function ValueText({ field, value }: { field: Field; value: Json | undefined }) {
  const { t, i18n } = useTranslation('admin');
  const words = useWords();
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0))
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  switch (field.kind) {
    case 'switch':
      return value === true ? (
        t('value.yes')
      ) : (
        <Text span c="dimmed">
          {t('value.no')}
        </Text>
      );
    case 'choice':
      return words.choice(field.of, String(value));
    case 'choices':
      return (value as string[]).map((one) => words.choice(field.of, one)).join(', ');
    case 'ref':
    case 'refs':
      return <RefText field={field} value={value} />;
    case 'union':
      return <UnionText field={field} value={value} />;
    case 'duration':
      return formatDuration(Number(value) * (field.unit === 's' ? 1000 : 1));
    case 'moment':
      return <Time ms={Number(value) / 1000} />;
    case 'secret':
      return '••••••';
    case 'strings':
    case 'countries':
    case 'languages':
      return (value as string[]).join(', ');
    case 'texts': {
      const texts = value as Record<string, string>;
      return texts[i18n.language] ?? texts.en ?? Object.values(texts)[0] ?? '–';
    }
    case 'week': {
      const spans = value as unknown as { day: number; from: string; to: string }[];
      return spans
        .map((one) => `${dayName(one.day, i18n.language).slice(0, 3)} ${one.from}–${one.to}`)
        .join(', ');
    }
    case 'list':
      return t('value.entries', { count: (value as Json[]).length });
    case 'group':
    case 'condition':
      return <code>{JSON.stringify(value)}</code>;
    default:
      return String(value);
  }
}

function RefText({ field, value }: { field: FieldOf<'ref' | 'refs'>; value: Json }) {
  const { t } = useTranslation('admin');
  const names = useNames(field.to);
  const ids = (Array.isArray(value) ? value : [value]).map(String);
  return ids.map((id) => names.name(id) ?? (names.loading ? '…' : t('form.unknown'))).join(', ');
}

function UnionText({ field, value }: { field: FieldOf<'union'>; value: Json }) {
  const words = useWords();
  const inner = value as Record<string, Json>;
  const tag = String(inner[field.tag]);
  const parts = field.variants[tag] ?? [];
  return (
    <>
      {words.choice(field.of, tag)}
      {parts.map((part) => (
        <span key={part.name}>
          {' · '}
          <ValueText field={part} value={inner[part.name]} />
        </span>
      ))}
    </>
  );
}
