import { Button, Group, Radio, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { conflictOf, resolve } from '../../../../core/admin/draft';
import { type Draft, fieldsOf, type Spec } from '../../../../core/admin/spec';
import { Dialog } from '../../../kit';
import css from './engine.module.css';
import { ValueText } from './ValueText';
import { useWords } from './words';

interface Props {
  spec: Spec;
  base: Draft;
  mine: Draft;
  theirs: Draft;
  /** The draft to go on with, on their version. */
  onResolved: (draft: Draft) => void;
  onClose: () => void;
}

/** Somebody else saved first: both values side by side, and which to keep. */
export function ConflictDialog({ spec, base, mine, theirs, onResolved, onClose }: Props) {
  const { t } = useTranslation(['admin', 'common']);
  const words = useWords();
  const [keepTheirs, setKeep] = useState<ReadonlySet<string>>(new Set());
  const { both, theirs: others } = conflictOf(base, mine, theirs);
  const field = (name: string) => fieldsOf(spec).find((one) => one.name === name);
  const choose = (name: string, theirsToo: boolean) => {
    const next = new Set(keepTheirs);
    if (theirsToo) next.add(name);
    else next.delete(name);
    setKeep(next);
  };
  const label = (name: string) => {
    const known = field(name);
    return known ? words.field(known.label) : name;
  };
  const shown = (name: string, draft: Draft) => {
    const known = field(name);
    return known ? <ValueText field={known} value={draft[name]} /> : JSON.stringify(draft[name]);
  };
  return (
    <Dialog title={t('conflict.title')} onClose={onClose} size="lg">
      <Text mb="sm">{both.length > 0 ? t('conflict.both') : t('conflict.apart')}</Text>
      <table className={css.conflict}>
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            <th scope="col">{t('conflict.mine')}</th>
            <th scope="col">{t('conflict.theirs')}</th>
          </tr>
        </thead>
        <tbody>
          {both.map((name) => (
            <tr key={name}>
              <th scope="row">{label(name)}</th>
              <td>
                <Radio
                  name={name}
                  size="xs"
                  label={shown(name, mine)}
                  checked={!keepTheirs.has(name)}
                  onChange={() => choose(name, false)}
                />
              </td>
              <td>
                <Radio
                  name={name}
                  size="xs"
                  label={shown(name, theirs)}
                  checked={keepTheirs.has(name)}
                  onChange={() => choose(name, true)}
                />
              </td>
            </tr>
          ))}
          {others.map((name) => (
            <tr key={name}>
              <th scope="row">{label(name)}</th>
              <td>
                <Text c="dimmed" size="sm">
                  {t('conflict.untouched')}
                </Text>
              </td>
              <td>{shown(name, theirs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Group justify="end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('common:action.cancel')}
        </Button>
        <Button onClick={() => onResolved(resolve(base, mine, theirs, keepTheirs))}>
          {t('conflict.goOn')}
        </Button>
      </Group>
    </Dialog>
  );
}
