/** Plays the parts of a recording one after the other, as one thing on one timeline. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { lengthMs, type Part, partAfter, placeAt } from '../../../core/recording';

export interface Playback {
  playing: boolean;
  /** Where it is on the timeline. */
  at_ms: number;
  /** The part that is heard, or would be. */
  part: number | null;
  /** The sound cannot be read: erased, or not to be heard by this person. */
  failed: boolean;
  speed: number;
  toggle: () => void;
  seek: (ms: number) => void;
  setSpeed: (speed: number) => void;
}

export function usePlayback(parts: readonly Part[], urlOf: (part: number) => string): Playback {
  const audio = useRef<HTMLAudioElement | null>(null);
  const loaded = useRef<number | null>(null);
  const [part, setPart] = useState<number | null>(parts[0]?.part ?? null);
  const [at_ms, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);
  const latest = useRef({ parts, urlOf, part, speed });
  latest.current = { parts, urlOf, part, speed };

  const start = useCallback((element: HTMLAudioElement) => {
    // Refused where the sound cannot be read; `error` tells of it.
    element.play().catch(() => setPlaying(false));
  }, []);

  const load = useCallback(
    (next: number, at: number, play: boolean) => {
      const element = audio.current;
      if (element === null) return;
      const begin = () => {
        element.currentTime = at / 1000;
        element.playbackRate = latest.current.speed;
        if (play) start(element);
      };
      if (loaded.current === next) return begin();
      loaded.current = next;
      setPart(next);
      setFailed(false);
      element.src = latest.current.urlOf(next);
      element.addEventListener('loadedmetadata', begin, { once: true });
      element.load();
    },
    [start],
  );

  useEffect(() => {
    const element = new Audio();
    element.preload = 'none';
    audio.current = element;
    const here = () => latest.current.parts.find((one) => one.part === loaded.current);
    const on = {
      play: () => setPlaying(true),
      pause: () => setPlaying(false),
      timeupdate: () => setAt((here()?.offset_ms ?? 0) + element.currentTime * 1000),
      error: () => {
        setFailed(true);
        setPlaying(false);
      },
      ended: () => {
        const next = partAfter(latest.current.parts, loaded.current ?? 0);
        if (next === null) setPlaying(false);
        else load(next.part, 0, true);
      },
    };
    const names = Object.keys(on) as (keyof typeof on)[];
    for (const name of names) element.addEventListener(name, on[name]);
    return () => {
      for (const name of names) element.removeEventListener(name, on[name]);
      element.pause();
      element.removeAttribute('src');
      audio.current = null;
      loaded.current = null;
    };
  }, [load]);

  useEffect(() => {
    if (audio.current !== null) audio.current.playbackRate = speed;
  }, [speed]);

  const seek = useCallback(
    (ms: number) => {
      const within = Math.min(Math.max(0, ms), Math.max(0, lengthMs(latest.current.parts) - 1));
      const place = placeAt(latest.current.parts, within, loaded.current);
      if (place === null) return;
      setAt(place.part.offset_ms + place.at_ms);
      load(place.part.part, place.at_ms, audio.current !== null && !audio.current.paused);
    },
    [load],
  );

  const toggle = useCallback(() => {
    const element = audio.current;
    if (element === null) return;
    if (!element.paused) return element.pause();
    if (loaded.current !== null && !element.ended && element.error === null) return start(element);
    const again = element.ended ? 0 : at_ms;
    const place = placeAt(latest.current.parts, again);
    loaded.current = null;
    if (place !== null) load(place.part.part, place.at_ms, true);
  }, [at_ms, load, start]);

  return { playing, at_ms, part, failed, speed, toggle, seek, setSpeed };
}
