import { ActionIcon, Autocomplete, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  ALWAYS,
  asDraft,
  type Condition,
  FACTS,
  NEW_TEST,
  OPS,
  type Op,
  parseValue,
  readCondition,
  takesValue,
  valueText,
  withOp,
} from '../../../../core/admin/condition';
import type { FieldOf } from '../../../../core/admin/spec';
import { type InputProps, useForm } from '../engine/form';
import { useWords } from '../engine/words';
import css from './inputs.module.css';

/** A condition as a tree of tests. */
export function ConditionInput({ field, value, onChange, path }: InputProps<FieldOf<'condition'>>) {
  const words = useWords();
  const { wrong } = useForm();
  return (
    <fieldset className={css.group}>
      <legend>{words.field(field.label)}</legend>
      {field.hint && (
        <Text size="xs" c="dimmed">
          {words.hint(field.hint)}
        </Text>
      )}
      {wrong(path, true) && (
        <Text size="xs" c="red" role="alert">
          {wrong(path, true)}
        </Text>
      )}
      <Node condition={readCondition(value)} onChange={(next) => onChange(asDraft(next))} />
    </fieldset>
  );
}

interface NodeProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove?: () => void;
}

function Node({ condition, onChange, onRemove }: NodeProps) {
  if ('op' in condition)
    return <Test condition={condition} onChange={onChange} {...(onRemove && { onRemove })} />;
  return <Several condition={condition} onChange={onChange} {...(onRemove && { onRemove })} />;
}

type Join = 'all' | 'any' | 'not';

/** `not` holds one condition; as several it means: not all of them. */
function Several({
  condition,
  onChange,
  onRemove,
}: NodeProps & { condition: Exclude<Condition, { op: Op }> }) {
  const { t } = useTranslation('admin');
  const { readOnly } = useForm();
  const join: Join = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'not';
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [condition.not];
  const make = (how: Join, next: Condition[]): Condition => {
    if (how !== 'not') return how === 'all' ? { all: next } : { any: next };
    return { not: next.length === 1 ? (next[0] as Condition) : { all: next } };
  };
  const put = (next: Condition[]) => onChange(make(join, next));
  return (
    <div className={css.condition}>
      <Group gap="xs">
        <Select
          aria-label={t('condition.join')}
          w={190}
          readOnly={readOnly}
          allowDeselect={false}
          data={(['all', 'any', 'not'] as const).map((how) => ({ value: how, label: t(`condition.${how}`) }))}
          value={join}
          onChange={(next) => onChange(make(next as Join, parts))}
        />
        {parts.length === 0 && (
          <Text size="xs" c="dimmed">
            {t(join === 'any' ? 'condition.never' : 'condition.always')}
          </Text>
        )}
        {!readOnly && (
          <>
            {join !== 'not' && (
              <>
                <Button
                  variant="subtle"
                  leftSection={<IconPlus size={14} />}
                  onClick={() => put([...parts, NEW_TEST])}
                >
                  {t('condition.addTest')}
                </Button>
                <Button
                  variant="subtle"
                  leftSection={<IconPlus size={14} />}
                  onClick={() => put([...parts, { any: [NEW_TEST] }])}
                >
                  {t('condition.addGroup')}
                </Button>
              </>
            )}
            {onRemove && (
              <ActionIcon color="red" aria-label={t('condition.remove')} onClick={onRemove}>
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </>
        )}
      </Group>
      {parts.map((part, n) => (
        <Node
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no ids, and those of one group are edited where they stand
          key={`${n}/${parts.length}`}
          condition={part}
          onChange={(next) => put(parts.map((old, m) => (m === n ? next : old)))}
          onRemove={() => (join === 'not' ? onChange(ALWAYS) : put(parts.filter((_, m) => m !== n)))}
        />
      ))}
    </div>
  );
}

function Test({ condition, onChange, onRemove }: NodeProps & { condition: Extract<Condition, { op: Op }> }) {
  const { t } = useTranslation('admin');
  const { readOnly } = useForm();
  // What is typed is kept as it is until it is left: `1.` is on its way to `1.5`.
  const [typed, setTyped] = useState<string | null>(null);
  const { field, op, value } = condition;
  const tell = (text: string) => onChange({ field, op, value: parseValue(op, text) });
  return (
    <Group gap={4} wrap="nowrap" className={css.test}>
      <Autocomplete
        aria-label={t('condition.field')}
        placeholder="items.ticket.count"
        size="xs"
        flex={2}
        readOnly={readOnly}
        data={[...FACTS]}
        limit={40}
        value={field}
        onChange={(next) => onChange({ ...condition, field: next })}
      />
      <Select
        aria-label={t('condition.op')}
        w={130}
        readOnly={readOnly}
        allowDeselect={false}
        data={OPS.map((one) => ({ value: one, label: t(`condition.ops.${one}`) }))}
        value={op}
        onChange={(next) => onChange(withOp(condition, next as Op))}
      />
      {takesValue(op) ? (
        <TextInput
          aria-label={t('condition.value')}
          placeholder={op === 'in' ? 'gold, silver' : ''}
          flex={1}
          readOnly={readOnly}
          value={typed ?? valueText(value)}
          onChange={(e) => {
            setTyped(e.currentTarget.value);
            tell(e.currentTarget.value);
          }}
          onBlur={() => setTyped(null)}
        />
      ) : (
        <div className={css.grow} />
      )}
      {!readOnly && onRemove && (
        <ActionIcon color="red" aria-label={t('condition.remove')} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </Group>
  );
}
