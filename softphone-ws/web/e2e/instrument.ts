/** What is put into every page before its own scripts, so that a test can hear with it and see when something was drawn first. */
import type { Look } from './ears';

declare global {
  interface Window {
    /** What comes in over the page's connection. */
    heardNow: (tones: readonly number[]) => Look;
    /** Notes when something that fits `selector` and holds `text` is first in the document. */
    markFirst: (name: string, selector: string, text?: string) => void;
    /** The notes, in ms since 1970: when the change was made, and when it was drawn. */
    marks: Record<string, { made: number; drawn: number }>;
  }
}

/** Runs in the page: nothing outside of it can be used. */
export function instrument(): void {
  const quiet = { db: -120, tones: {}, heard: 0 };
  const devices = navigator.mediaDevices;
  if (devices !== undefined) {
    const open = devices.getUserMedia.bind(devices);
    // The tones are to arrive as they are: what cleans voices takes a steady tone for noise.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    devices.getUserMedia = (asked) => {
      const audio = typeof asked?.audio === 'object' ? asked.audio : {};
      return open(asked?.audio ? { ...asked, audio: { ...audio, ...plain } } : asked);
    };
  }

  let ear: { connection: RTCPeerConnection; context: AudioContext; analyser: AnalyserNode } | null = null;
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given: ConstructorParameters<typeof Native>) {
      super(...given);
      this.addEventListener('track', ({ track, streams }) => {
        void ear?.context.close();
        const context = new AudioContext();
        const analyser = new AnalyserNode(context, { fftSize: 8192 });
        context.createMediaStreamSource(streams[0] ?? new MediaStream([track])).connect(analyser);
        ear = { connection: this, context, analyser };
      });
    }
  };

  window.heardNow = (tones) => {
    if (ear === null || ear.connection.connectionState === 'closed') return quiet;
    const { context, analyser } = ear;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const peak = (hz: number) => {
      const turn = 2 * Math.cos((2 * Math.PI * hz) / context.sampleRate);
      let one = 0;
      let two = 0;
      // A window without corners: the tones are no whole number of periods long.
      samples.forEach((sample, n) => {
        const hann = 1 - Math.cos((2 * Math.PI * n) / samples.length);
        [one, two] = [turn * one - two + sample * hann, one];
      });
      const power = Math.max(0, one * one + two * two - turn * one * two);
      return 20 * Math.log10(Math.max(1e-6, (2 * Math.sqrt(power)) / samples.length));
    };
    const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    return {
      db: 10 * Math.log10(Math.max(1e-12, energy)),
      tones: Object.fromEntries(tones.map((hz) => [hz, peak(hz)])),
      heard: context.currentTime,
    };
  };

  const now = () => performance.timeOrigin + performance.now();
  window.marks = {};
  window.markFirst = (name, selector, text = '') => {
    delete window.marks[name];
    const look = () => {
      const all = [...document.querySelectorAll(selector)];
      if (!all.some((element) => element.textContent?.includes(text))) return false;
      const made = now();
      // The frame after the one in which it was put there has it on the screen.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          window.marks[name] = { made, drawn: now() };
        }),
      );
      return true;
    };
    if (look()) return;
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  };
}
