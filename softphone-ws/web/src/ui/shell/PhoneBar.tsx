import { useMe } from '../hooks/useTopic';
import { StateBadge } from '../kit';

/** The softphone bar: what the person's telephone does, always in sight. */
export function PhoneBar() {
  const { agent } = useMe();
  return agent === null ? null : <StateBadge state={agent.state} />;
}
