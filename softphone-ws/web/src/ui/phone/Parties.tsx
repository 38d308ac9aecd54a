import { ActionIcon, Badge, Indicator, Popover } from '@mantine/core';
import { IconUsers, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CallView, PartyView } from '../../api/protocol';
import { canDrop } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useCommand } from '../hooks/useTopic';
import { Since } from '../kit';
import css from './phone.module.css';
import { Sound } from './Sound';

const ROLES = { customer: 0, agent: 0, supervisor: 0, outside: 0 } as const;
const STATES = {
  talking: 0,
  on_hold: 0,
  ringing: 0,
  waiting: 0,
  ivr: 0,
  consulting: 0,
  dialling: 0,
  held: 0,
  listening: 0,
  whispering: 0,
  barging: 0,
} as const;

/** Everybody else in the call, and how to put one out. */
export function Parties({ call }: { call: CallView }) {
  const { t } = useTranslation('phone');
  const act = useAct();
  const command = useCommand();
  if (call.parties.length === 0) return null;
  const roleOf = (party: PartyView) =>
    party.role in ROLES ? t(`role.${party.role as keyof typeof ROLES}`) : party.role;
  const stateOf = (party: PartyView) =>
    party.state in STATES ? t(`partyState.${party.state as keyof typeof STATES}`) : party.state;
  return (
    <Indicator label={call.parties.length} size={16} disabled={call.parties.length < 2}>
      <Popover position="bottom-end">
        <Popover.Target>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t('call.partiesOf', { count: call.parties.length })}
            title={t('call.parties')}
          >
            <IconUsers size={18} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown miw="18rem">
          {call.parties.map((party) => (
            <div key={party.participant} className={css.entry}>
              <span className={css.who}>
                <strong>{party.name ?? roleOf(party)}</strong>
                <span className={css.small}>
                  {party.name !== null && `${roleOf(party)} · `}
                  {stateOf(party)} <Since ms={party.since_ms} />
                </span>
              </span>
              {party.muted && (
                <Badge variant="default" tt="none">
                  {t('call.muted')}
                </Badge>
              )}
              <Sound quality={party.quality} />
              {canDrop(call, party) && (
                <ActionIcon
                  color="red"
                  aria-label={t('call.drop', { who: party.name ?? roleOf(party) })}
                  onClick={() =>
                    void act(() =>
                      command({ do: 'drop_party', call: call.leg, participant: party.participant }),
                    )
                  }
                >
                  <IconX size={16} />
                </ActionIcon>
              )}
            </div>
          ))}
        </Popover.Dropdown>
      </Popover>
    </Indicator>
  );
}
