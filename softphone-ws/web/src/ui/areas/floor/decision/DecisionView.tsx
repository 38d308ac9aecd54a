import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Candidate, Decision } from '../../../../api/decisions';
import { formatDuration } from '../../../../core/duration';
import css from './decision.module.css';

/** One decision, drawn: the rule, what it looked at, and each agent with the verdict. */
export function DecisionView({
  decision,
  names,
  chosen,
}: {
  decision: Decision;
  names: Readonly<Record<string, string>>;
  chosen?: string;
}) {
  const { t } = useTranslation('floor');
  const { rule, age_ms, priority, credit_ms, candidates, not_shown } = decision;
  const idleMax = Math.max(1, ...candidates.map(({ idle_ms }) => idle_ms));
  const isChosen = (one: Candidate) =>
    one.rejected === null && (chosen === undefined || one.agent === chosen);
  return (
    <>
      <Text size="sm" mb="xs">
        {t('decision.rule', { rule: t(`rule.${rule as 'longest_idle'}`, { defaultValue: rule }) })}{' '}
        {t('decision.age', { age: formatDuration(age_ms), priority })}{' '}
        {credit_ms > 0 && t('decision.credit', { credit: formatDuration(credit_ms) })}
      </Text>
      {candidates.length === 0 ? (
        <Text c="dimmed">{t('decision.nobody')}</Text>
      ) : (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('decision.agent')}</th>
              <th scope="col">{t('decision.verdict')}</th>
              <th scope="col">{t('decision.idle')}</th>
              <th scope="col">{t('decision.proficiency')}</th>
            </tr>
          </thead>
          <tbody>
            {candidates.map((one) => (
              <tr key={one.agent} data-chosen={isChosen(one)}>
                <th scope="row">{names[one.agent] ?? t('caller.unknown')}</th>
                <td>
                  <Verdict candidate={one} names={names} chosen={isChosen(one)} />
                </td>
                <td>
                  <span className={css.bar} aria-hidden>
                    <span style={{ width: `${(one.idle_ms / idleMax) * 100}%` }} />
                  </span>{' '}
                  {formatDuration(one.idle_ms)}
                </td>
                <td>{one.proficiency > 0 ? one.proficiency : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {not_shown > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t('decision.more', { count: not_shown })}
        </Text>
      )}
    </>
  );
}

function Verdict({
  candidate,
  names,
  chosen,
}: {
  candidate: Candidate;
  names: Readonly<Record<string, string>>;
  chosen: boolean;
}) {
  const { t } = useTranslation('floor');
  const { rejected } = candidate;
  if (rejected === null) return <strong>{chosen ? `✓ ${t('decision.chosen')}` : t('decision.could')}</strong>;
  switch (rejected.why) {
    case 'not_ready': {
      const { kind, id } = rejected.detail;
      const reason = (id && names[id]) || t(`reason.${kind as 'unspecified'}`, { defaultValue: kind });
      return t('why.not_ready', { reason });
    }
    case 'missing_skill':
    case 'proficiency_too_low':
      return t(`why.${rejected.why}`, { skill: names[rejected.detail] ?? t('caller.unknown') });
    default:
      return t(`why.${rejected.why}`, { defaultValue: rejected.why });
  }
}
