/** What a new installation still needs before the first call reaches somebody. */

export interface Found {
  trunks: readonly { active?: boolean | undefined; health: string | null }[];
  numbers: readonly { active?: boolean | undefined; entry: { to: string; flow?: string; queue?: string } }[];
  flows: readonly { id: string; live: boolean }[];
  queues: readonly { id: string; open?: boolean | undefined }[];
  users: readonly {
    active?: boolean | undefined;
    roles: readonly string[];
    queues?: readonly string[] | undefined;
  }[];
}

export type StepName = 'trunk' | 'queue' | 'flow' | 'number' | 'agents';
/** What is wrong with a step that is not done; a key of `checklist.missing`. */
export type Lack =
  | 'noTrunk'
  | 'trunkOff'
  | 'trunkDown'
  | 'noQueue'
  | 'queueClosed'
  | 'noFlow'
  | 'notPublished'
  | 'noNumber'
  | 'numberOff'
  | 'leadsNowhere'
  | 'noAgents'
  | 'agentsWithoutQueue';

export interface Step {
  name: StepName;
  lack: Lack | null;
}

/** The first of these that holds. */
function lackOf(...tests: readonly (readonly [boolean, Lack])[]): Lack | null {
  return tests.find(([holds]) => holds)?.[1] ?? null;
}

export function checklist({ trunks, numbers, flows, queues, users }: Found): Step[] {
  const [lines, called] = [
    trunks.filter((t) => t.active !== false),
    numbers.filter((n) => n.active !== false),
  ];
  const open = queues.filter((queue) => queue.open !== false);
  const agents = users.filter((user) => user.active !== false && user.roles.includes('agent'));
  // A number may lead straight into a queue: then no flow is needed.
  const direct = called.some(({ entry }) => entry.to === 'queue');
  const live = flows.filter((flow) => flow.live).map((flow) => flow.id);
  const leads = called.some(({ entry }) => entry.to === 'queue' || live.includes(entry.flow ?? ''));
  const served = new Set(agents.flatMap((agent) => agent.queues ?? []));
  return [
    {
      name: 'trunk',
      lack: lackOf(
        [trunks.length === 0, 'noTrunk'],
        [lines.length === 0, 'trunkOff'],
        [lines.every((line) => line.health === 'down'), 'trunkDown'],
      ),
    },
    { name: 'queue', lack: lackOf([queues.length === 0, 'noQueue'], [open.length === 0, 'queueClosed']) },
    {
      name: 'flow',
      lack: direct ? null : lackOf([flows.length === 0, 'noFlow'], [live.length === 0, 'notPublished']),
    },
    {
      name: 'number',
      lack: lackOf(
        [numbers.length === 0, 'noNumber'],
        [called.length === 0, 'numberOff'],
        [!leads, 'leadsNowhere'],
      ),
    },
    {
      name: 'agents',
      lack: lackOf(
        [agents.length === 0, 'noAgents'],
        [queues.length > 0 && !queues.some((queue) => served.has(queue.id)), 'agentsWithoutQueue'],
      ),
    },
  ];
}
