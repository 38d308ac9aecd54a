import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '../../api/client';
import type { AgentView, Device, ReasonView } from '../../api/protocol';
import { CommandError } from '../../core/link';
import { agentVerbs } from '../../core/phone/verbs';
import { useAct } from '../hooks/useAct';
import { useShortcut } from '../hooks/useShortcut';
import { useCommand } from '../hooks/useTopic';
import { Confirm, Since, StateBadge } from '../kit';
import { useSession } from '../world';
import { usePhone } from './PhoneProvider';
import css from './phone.module.css';

/** The person's state, since when and why, and how to change it. */
export function StateMenu({ agent }: { agent: AgentView }) {
  const { t } = useTranslation(['phone', 'common']);
  const act = useAct();
  const command = useCommand();
  const [open, setOpen] = useState(false);
  const verbs = agentVerbs(agent);
  const reasons = useQuery({
    queryKey: ['reasons', 'active'],
    queryFn: ({ signal }) =>
      body(api.GET('/api/v1/reasons', { params: { query: { limit: '500' } }, signal })),
    staleTime: 60_000,
    enabled: open,
  });
  const presence = (next: 'ready' | 'not_ready', reason: string | null = null) =>
    act(() => command({ do: 'set_presence', presence: next, reason }));
  useShortcut('Alt+r', t('state.ready'), () => void presence('ready'), verbs.has('ready'));
  useShortcut('Alt+u', t('state.notReadyMenu'), () => setOpen(true), verbs.has('not_ready'));
  if (agent.presence === 'logged_out') return <SignInPhone />;
  const active = (reasons.data?.items ?? [])
    .filter((reason) => reason.active !== false)
    .sort((a, b) => (a.sort ?? 0) - (b.sort ?? 0));
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-start">
      <Menu.Target>
        <Button variant="default" h="auto" py={3} title={t('state.change')}>
          <span className={css.who}>
            <span>
              <StateBadge state={agent.state} /> <Since ms={agent.since_ms} />
            </span>
            <StateDetail agent={agent} />
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={css.entries}>
        {verbs.has('ready') && (
          <Menu.Item onClick={() => void presence('ready')}>{t('common:state.ready')}</Menu.Item>
        )}
        <Menu.Label>{t('common:state.not_ready')}</Menu.Label>
        {reasons.isPending && <Menu.Item disabled>{t('common:list.loading')}</Menu.Item>}
        {reasons.isError && (
          <Menu.Item closeMenuOnClick={false} onClick={() => void reasons.refetch()}>
            {t('common:error.retry')}
          </Menu.Item>
        )}
        {reasons.isSuccess && active.length === 0 && (
          <Menu.Item onClick={() => void presence('not_ready')}>{t('state.noReason')}</Menu.Item>
        )}
        {active.map((reason) => (
          <Menu.Item key={reason.id} onClick={() => void presence('not_ready', reason.id)}>
            {reason.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          disabled={!verbs.has('sign_out')}
          onClick={() => void act(() => command({ do: 'sign_out' }))}
        >
          {verbs.has('sign_out') ? t('state.signOut') : t('state.signOutLater')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Why not ready, or what comes after this call. */
function StateDetail({ agent }: { agent: AgentView }) {
  const { t } = useTranslation(['phone', 'common']);
  const reason = (of: ReasonView | null) =>
    of === null ? null : of.kind === 'chosen' ? of.name : t(`reason.${of.kind}`);
  const { pending } = agent;
  const text =
    pending !== null
      ? t('state.pending', { state: reason(pending.reason) ?? t(`common:state.${pending.presence}`) })
      : agent.state === 'not_ready'
        ? reason(agent.reason)
        : null;
  return <span className={css.small}>{text ?? agent.device?.name ?? ''}</span>;
}

/** Signing in to a telephone: this browser, or one's desk phone. */
function SignInPhone() {
  const { t } = useTranslation(['phone', 'common']);
  const { phone } = useSession();
  const { audio, preferences, prefer } = usePhone();
  const act = useAct();
  const command = useCommand();
  const [taken, setTaken] = useState<Device | null>(null);
  const [busy, setBusy] = useState(false);
  const signIn = async (device: Device, takeOver: boolean) => {
    setBusy(true);
    await act(async () => {
      if (device.kind === 'browser') audio?.expect();
      prefer({ device: device.kind });
      try {
        await command({ do: 'sign_in', device, take_over: takeOver });
        setTaken(null);
      } catch (error) {
        if (!(error instanceof CommandError) || error.code !== 'taken') throw error;
        setTaken(device);
      }
    });
    setBusy(false);
  };
  const devices: { device: Device; text: string }[] = [
    { device: { kind: 'browser' }, text: t('signIn.browser') },
    ...(phone
      ? [{ device: { kind: 'phone', id: phone.id } as const, text: phone.name || phone.username }]
      : []),
  ];
  const usual = devices.find(({ device }) => device.kind === preferences.device) ?? devices[0];
  useShortcut('Alt+r', t('signIn.title'), () => usual && void signIn(usual.device, false));
  return (
    <>
      {devices.map(({ device, text }) => (
        <Button
          key={device.kind}
          variant={device === usual?.device ? 'filled' : 'default'}
          loading={busy && device === usual?.device}
          onClick={() => void signIn(device, false)}
        >
          {t('signIn.on', { telephone: text })}
        </Button>
      ))}
      {taken && (
        <Confirm
          title={t('signIn.takenTitle')}
          text={t('signIn.taken')}
          action={t('signIn.takeOver')}
          busy={busy}
          onConfirm={() => void signIn(taken, true)}
          onClose={() => setTaken(null)}
        />
      )}
    </>
  );
}
