/** The page's one audio context, and where elements are heard. */

let context: AudioContext | null = null;

/** `null` where the browser has none. */
export function audioContext(): AudioContext | null {
  if (typeof AudioContext === 'undefined') return null;
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume().catch(() => {});
  return context;
}

/** A speaker that is gone leaves the system's. */
export async function setSpeaker(element: HTMLMediaElement, id: string | null): Promise<void> {
  if (!('setSinkId' in element)) return;
  await element.setSinkId(id ?? '').catch(() => element.setSinkId('').catch(() => {}));
}
