import { Button, Group, Radio, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Clash } from '../../core/crm/edit';
import { Dialog } from '../kit';
import css from './crm.module.css';

interface Props {
  conflict: { clashes: readonly Clash[]; resolve: (theirs: readonly string[]) => void; cancel: () => void };
  /** A field's name and a value of it, as people read them. */
  nameOf: (field: string) => string;
  wordFor: (field: string, value: unknown) => string;
}

/** Somebody else changed the same: both values, and which of them is to stay. */
export function ConflictDialog({ conflict, nameOf, wordFor }: Props) {
  const { t } = useTranslation(['crm', 'common']);
  const [theirs, setTheirs] = useState<readonly string[]>([]);
  return (
    <Dialog title={t('crm:conflict.title')} onClose={conflict.cancel} size="lg">
      <Text mb="md">{t('crm:conflict.text')}</Text>
      <div className={css.stack}>
        {conflict.clashes.map(({ field, theirs: other, mine }) => (
          <Radio.Group
            key={field}
            label={nameOf(field)}
            value={theirs.includes(field) ? 'theirs' : 'mine'}
            onChange={(side) =>
              setTheirs((was) => (side === 'theirs' ? [...was, field] : was.filter((one) => one !== field)))
            }
          >
            <div className={css.sides}>
              <Radio value="mine" label={`${t('crm:conflict.mine')}: ${wordFor(field, mine) || '—'}`} />
              <Radio value="theirs" label={`${t('crm:conflict.theirs')}: ${wordFor(field, other) || '—'}`} />
            </div>
          </Radio.Group>
        ))}
      </div>
      <Group justify="end" mt="lg">
        <Button variant="default" onClick={conflict.cancel}>
          {t('common:action.cancel')}
        </Button>
        <Button data-autofocus onClick={() => conflict.resolve(theirs)}>
          {t('crm:conflict.write')}
        </Button>
      </Group>
    </Dialog>
  );
}
