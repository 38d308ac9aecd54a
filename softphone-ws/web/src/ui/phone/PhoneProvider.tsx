/** The telephone of this page: the standing connection, what the person chose for it, and what they asked to dial. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';
import { type PhonePreferences, readPreferences, writePreferences } from '../../core/phone/preferences';
import { type Standing, StandingAudio } from '../../core/phone/standing';
import { pageClient, pageLabel } from '../../platform/tab';
import { useWorld } from '../world';

interface Phone {
  /** `null` until the page knows its name, and where it can be no telephone. */
  readonly audio: StandingAudio | null;
  readonly preferences: PhonePreferences;
  readonly prefer: (changes: Partial<PhonePreferences>) => void;
  /** A number somebody clicked that has still to be confirmed in the number box. */
  readonly asked: { readonly number: string } | null;
  readonly ask: (number: string | null) => void;
}

const PhoneContext = createContext<Phone | null>(null);

export function PhoneProvider({ children }: { children: ReactNode }) {
  const { link, clock, media, store } = useWorld();
  const [preferences, setPreferences] = useState(() => readPreferences(store));
  const [audio, setAudio] = useState<StandingAudio | null>(null);
  const [asked, setAsked] = useState<{ number: string } | null>(null);
  useEffect(() => {
    if (media === null) return;
    let stop: (() => void) | null = null;
    let gone = false;
    void pageClient().then((client) => {
      if (gone) return;
      const made = new StandingAudio({
        link,
        clock,
        media,
        client,
        label: pageLabel,
        microphone: () => readPreferences(store).microphone,
      });
      media.speaker(readPreferences(store).speaker);
      stop = made.start();
      setAudio(made);
    });
    return () => {
      gone = true;
      stop?.();
      setAudio(null);
    };
  }, [link, clock, media, store]);
  const prefer = useCallback(
    (changes: Partial<PhonePreferences>) => {
      const next = { ...readPreferences(store), ...changes };
      writePreferences(store, next);
      setPreferences(next);
    },
    [store],
  );
  const phone = useMemo(
    () => ({
      audio,
      preferences,
      prefer,
      asked,
      ask: (number: string | null) => setAsked(number === null ? null : { number }),
    }),
    [audio, preferences, prefer, asked],
  );
  return <PhoneContext value={phone}>{children}</PhoneContext>;
}

export function usePhone(): Phone {
  const phone = useContext(PhoneContext);
  if (phone === null) throw new Error('used outside of its provider');
  return phone;
}

const OFF: Standing = { is: 'off' };

/** How the audio of this page stands. */
export function useStanding(): Standing {
  const { audio } = usePhone();
  return useSyncExternalStore(
    useCallback((changed) => audio?.watch(changed) ?? (() => {}), [audio]),
    () => audio?.standing ?? OFF,
  );
}

/** True: the browser plays nothing before a click. */
export function useSilenced(): boolean {
  const { audio } = usePhone();
  return useSyncExternalStore(
    useCallback((changed) => audio?.watch(changed) ?? (() => {}), [audio]),
    () => audio?.silenced ?? false,
  );
}
