/** The ring tone: two soft notes made by Web Audio, so that no file has to be loaded when it rings. */
import type { RingTone } from '../core/phone/ports';
import { audioContext, setSpeaker } from './sound';

const NOTES_HZ = [659.25, 523.25];
const NOTE_S = 0.45;
const EVERY_MS = 3_000;

export function playRing(speakers: readonly (string | null)[], volume: number): RingTone {
  const context = audioContext();
  if (context === null) return { stop() {} };
  const out = context.createMediaStreamDestination();
  const loudness = context.createGain();
  loudness.gain.value = Math.min(1, Math.max(0, volume));
  loudness.connect(out);
  const elements = speakers.map((id) => {
    const element = new Audio();
    element.srcObject = out.stream;
    void setSpeaker(element, id).then(() => element.play().catch(() => {}));
    return element;
  });
  const once = () => {
    for (const [n, frequency] of NOTES_HZ.entries()) note(context, loudness, frequency, n * NOTE_S);
  };
  once();
  const timer = setInterval(once, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      loudness.disconnect();
      for (const element of elements) {
        element.pause();
        element.srcObject = null;
      }
    },
  };
}

function note(context: AudioContext, to: AudioNode, frequency: number, after: number): void {
  const start = context.currentTime + after;
  const tone = context.createOscillator();
  const shape = context.createGain();
  tone.frequency.value = frequency;
  // Ends quietly: a tone that is cut clicks.
  shape.gain.setValueAtTime(0, start);
  shape.gain.linearRampToValueAtTime(0.5, start + 0.02);
  shape.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S);
  tone.connect(shape).connect(to);
  tone.start(start);
  tone.stop(start + NOTE_S);
}
