import { Group, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldOf } from '../../../../core/admin/spec';
import type { InputProps } from '../engine/form';
import { useCommon } from './FieldInput';

const UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS;

/** The largest unit in which it is a whole number. */
export function unitOf(ms: number): Unit {
  return (
    (['d', 'h', 'min', 's'] as const).find((unit) => ms !== 0 && ms % UNITS[unit] === 0) ??
    (ms === 0 ? 's' : 'ms')
  );
}

/** A span of time with its unit; empty where none is set. */
export function DurationInput({ field, value, onChange, path }: InputProps<FieldOf<'duration'>>) {
  const { t } = useTranslation('admin');
  const { label, ...common } = useCommon(field, path);
  const ms = typeof value === 'number' ? value * UNITS[field.unit] : null;
  const [unit, setUnit] = useState<Unit>(ms === null ? (field.unit === 'ms' ? 's' : field.unit) : unitOf(ms));
  // A value set from outside, such as by a conflict, may not be whole in the unit last chosen.
  const shown: Unit = ms !== null && ms % UNITS[unit] !== 0 ? unitOf(ms) : unit;
  const units = (Object.keys(UNITS) as Unit[]).filter((one) => UNITS[one] >= UNITS[field.unit]);
  const tell = (amount: number | string, of: Unit) =>
    onChange(amount === '' ? undefined : Math.round((Number(amount) * UNITS[of]) / UNITS[field.unit]));
  return (
    <Group gap={4} align="end" wrap="nowrap">
      <NumberInput
        {...common}
        label={label}
        flex={1}
        min={0}
        allowNegative={false}
        decimalScale={0}
        value={ms === null ? '' : ms / UNITS[shown]}
        onChange={(next) => tell(next, shown)}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
      />
      <Select
        aria-label={`${label}: ${t('form.unit')}`}
        w={84}
        style={{ alignSelf: 'start', marginTop: 20 }}
        readOnly={common.readOnly}
        data={units.map((one) => ({ value: one, label: t(`unit.${one}`) }))}
        value={shown}
        allowDeselect={false}
        onChange={(next) => {
          const chosen = next as Unit;
          setUnit(chosen);
          if (ms !== null) tell(ms / UNITS[shown], chosen);
        }}
      />
    </Group>
  );
}
