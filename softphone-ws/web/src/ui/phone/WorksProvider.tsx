/** The agent's work, kept from the offer to the end of the wrap-up on whatever page they are. */
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';
import { shownWork, type Work, worksOf } from '../../core/desk/works';
import { useMe } from '../hooks/useTopic';

interface Works {
  readonly works: readonly Work[];
  readonly shown: Work | null;
  readonly choose: (interaction: string) => void;
  /** Whom the person said an interaction is about. */
  readonly customerOf: (interaction: string) => string | null;
  readonly setCustomer: (interaction: string, customer: string) => void;
}

const WorksContext = createContext<Works | null>(null);

export function WorksProvider({ children }: { children: ReactNode }) {
  const me = useMe();
  const before = useRef<readonly Work[]>([]);
  const known = useRef<ReadonlySet<string>>(new Set());
  const current = useRef<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [customers, setCustomers] = useState<ReadonlyMap<string, string>>(new Map());
  const works = useMemo(() => worksOf(me, before.current), [me]);
  before.current = works;
  const shown = shownWork(works, known.current, chosen ?? current.current);
  known.current = new Set(works.map(({ interaction }) => interaction));
  // What just came was shown over a choice made before it.
  if (shown !== null && shown.interaction !== chosen && chosen !== null) setChosen(null);
  current.current = shown?.interaction ?? null;
  const value = useMemo(
    () => ({
      works,
      shown,
      choose: setChosen,
      customerOf: (interaction: string) => customers.get(interaction) ?? null,
      setCustomer: (interaction: string, customer: string) =>
        setCustomers((was) => new Map([...was].slice(-50)).set(interaction, customer)),
    }),
    [works, shown, customers],
  );
  return <WorksContext value={value}>{children}</WorksContext>;
}

export function useWorks(): Works {
  const works = useContext(WorksContext);
  if (works === null) throw new Error('used outside of its provider');
  return works;
}
