/** Microphone, speakers and the connection of the browser, behind `core/phone/ports.ts`. */
import { levelOf } from '../core/phone/level';
import {
  type AudioDevice,
  type Media,
  type Microphone,
  MicrophoneError,
  type MicrophoneTrouble,
  type Peer,
  type PeerEvents,
  type PeerState,
} from '../core/phone/ports';
import { playRing } from './ring';
import { audioContext, setSpeaker } from './sound';

const TROUBLES: Record<string, MicrophoneTrouble> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'in_use',
  AbortError: 'in_use',
};

/** Opened microphones keep what only this module needs of them. */
class OpenMicrophone implements Microphone {
  readonly stream: MediaStream;
  readonly track: MediaStreamTrack;
  readonly #meter: Meter;

  constructor(stream: MediaStream, track: MediaStreamTrack) {
    this.stream = stream;
    this.track = track;
    this.#meter = new Meter(stream);
  }

  get label(): string {
    return this.track.label;
  }

  get ended(): boolean {
    return this.track.readyState === 'ended';
  }

  level(): number {
    return this.#meter.level();
  }

  close(): void {
    this.#meter.close();
    this.track.stop();
  }
}

/** Measures a stream without playing it; nothing is computed until somebody asks. */
class Meter {
  readonly #stream: MediaStream;
  #node: { source: MediaStreamAudioSourceNode; analyser: AnalyserNode } | null = null;
  readonly #samples = new Float32Array(1024);

  constructor(stream: MediaStream) {
    this.#stream = stream;
  }

  level(): number {
    const context = audioContext();
    if (context === null) return 0;
    if (this.#node === null) {
      const source = context.createMediaStreamSource(this.#stream);
      const analyser = context.createAnalyser();
      analyser.fftSize = this.#samples.length;
      source.connect(analyser);
      this.#node = { source, analyser };
    }
    this.#node.analyser.getFloatTimeDomainData(this.#samples);
    return levelOf(this.#samples);
  }

  close(): void {
    this.#node?.source.disconnect();
    this.#node = null;
  }
}

async function openMicrophone(id: string | null): Promise<MediaStream> {
  const clean = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  const audio = id === null ? clean : { ...clean, deviceId: { exact: id } };
  return navigator.mediaDevices.getUserMedia({ audio });
}

async function microphone(id: string | null): Promise<Microphone> {
  if (navigator.mediaDevices === undefined) throw new MicrophoneError('insecure');
  try {
    // The chosen one may be unplugged: any other is better than none.
    const stream = await openMicrophone(id).catch((error: unknown) => {
      if (id !== null && TROUBLES[nameOf(error)] === 'missing') return openMicrophone(null);
      throw error;
    });
    const track = stream.getAudioTracks()[0];
    if (track === undefined) throw new MicrophoneError('missing');
    return new OpenMicrophone(stream, track);
  } catch (error) {
    if (error instanceof MicrophoneError) throw error;
    throw new MicrophoneError(TROUBLES[nameOf(error)] ?? 'unknown');
  }
}

const nameOf = (error: unknown) => (error instanceof DOMException ? error.name : '');

/** The one element the far end is heard from. */
let far: HTMLAudioElement | null = null;
let speaker: string | null = null;
let hush: ((silenced: boolean) => void) | null = null;

function play(stream: MediaStream, silenced: (silenced: boolean) => void): void {
  far ??= new Audio();
  far.autoplay = true;
  far.srcObject = stream;
  void setSpeaker(far, speaker);
  hush = silenced;
  resume();
}

function resume(): void {
  const tell = hush;
  far?.play().then(
    () => tell?.(false),
    (error: unknown) => nameOf(error) === 'NotAllowedError' && tell?.(true),
  );
}

class BrowserPeer implements Peer {
  readonly #connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
  readonly #sender: RTCRtpSender;
  #heard: { stream: MediaStream; meter: Meter } | null = null;

  constructor(microphone: OpenMicrophone, events: PeerEvents) {
    const connection = this.#connection;
    this.#sender = connection.addTrack(microphone.track, microphone.stream);
    connection.ontrack = ({ track, streams }) => {
      const stream = streams[0] ?? new MediaStream([track]);
      this.#heard = { stream, meter: new Meter(stream) };
      play(stream, events.silenced);
    };
    const tell = () => {
      const state = stateOf(connection);
      if (state !== null) events.state(state);
    };
    connection.onconnectionstatechange = tell;
    connection.oniceconnectionstatechange = tell;
  }

  async offer(): Promise<string> {
    const offer = await this.#connection.createOffer();
    await this.#connection.setLocalDescription(offer);
    return offer.sdp ?? '';
  }

  async accept(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  async use(microphone: Microphone): Promise<void> {
    await this.#sender.replaceTrack((microphone as OpenMicrophone).track);
  }

  level(): number {
    return this.#heard?.meter.level() ?? 0;
  }

  close(): void {
    const connection = this.#connection;
    connection.ontrack = null;
    connection.onconnectionstatechange = null;
    connection.oniceconnectionstatechange = null;
    this.#heard?.meter.close();
    if (far !== null && far.srcObject === this.#heard?.stream) far.srcObject = null;
    connection.close();
  }
}

/** The worse of what ICE and DTLS say. */
function stateOf({ connectionState, iceConnectionState }: RTCPeerConnection): PeerState | null {
  if (connectionState === 'failed' || iceConnectionState === 'failed') return 'failed';
  if (connectionState === 'disconnected' || iceConnectionState === 'disconnected') return 'disconnected';
  if (connectionState === 'connected') return 'connected';
  return connectionState === 'closed' ? null : 'connecting';
}

async function devices(): Promise<AudioDevice[]> {
  if (navigator.mediaDevices === undefined) return [];
  const all = await navigator.mediaDevices.enumerateDevices();
  return all
    .filter(({ kind, deviceId }) => kind !== 'videoinput' && deviceId !== '' && deviceId !== 'default')
    .map(({ kind, deviceId, label }) => ({
      id: deviceId,
      kind: kind === 'audioinput' ? 'microphone' : 'speaker',
      label,
    }));
}

function watch(changed: () => void): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  navigator.mediaDevices?.addEventListener('devicechange', changed, { signal });
  navigator.permissions
    ?.query({ name: 'microphone' as PermissionName })
    .then((status) => signal.aborted || status.addEventListener('change', changed, { signal }))
    // Firefox does not tell of this permission.
    .catch(() => {});
  return () => stopping.abort();
}

export const browserMedia: Media = {
  microphone,
  peer: (microphone, events) => new BrowserPeer(microphone as OpenMicrophone, events),
  speaker(id) {
    speaker = id;
    if (far !== null) void setSpeaker(far, id);
  },
  unlock() {
    resume();
    void audioContext()?.resume();
  },
  choosesSpeakers: 'setSinkId' in HTMLMediaElement.prototype,
  devices,
  watch,
  ring: playRing,
};
