import { useEffect, useState } from 'react';
import { usePhone } from './PhoneProvider';

const EVERY_MS = 250;
/** Nobody is this quiet for so long who is not muted at the headset. */
const SILENT_AFTER_MS = 8_000;
const SILENT_BELOW = 0.02;

/** True: the open microphone has given nothing at all for a while. */
export function useSilentMicrophone(watching: boolean): boolean {
  const { audio } = usePhone();
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    setSilent(false);
    if (!watching || audio === null) return;
    let quietMs = 0;
    const timer = setInterval(() => {
      quietMs = audio.levels().microphone < SILENT_BELOW ? quietMs + EVERY_MS : 0;
      setSilent(quietMs >= SILENT_AFTER_MS);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [watching, audio]);
  return silent;
}
