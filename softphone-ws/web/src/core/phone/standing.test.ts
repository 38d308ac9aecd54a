import { describe, expect, it } from 'vitest';
import type { AudioView, Command } from '../../api/protocol';
import { FakeClock, FakeServer } from '../../testing/fakes';
import { Link } from '../link';
import { type Media, MicrophoneError, type MicrophoneTrouble, type PeerEvents } from './ports';
import { StandingAudio } from './standing';

const CONNECTED: AudioView = {
  state: 'connected',
  since_ms: 0,
  client: 'here',
  label: 'Firefox',
  session: 1,
  until_ms: null,
  echo_test: false,
  quality: null,
};
const NONE: AudioView = { ...CONNECTED, state: 'none', client: null, label: null, session: null };

class FakeMedia implements Media {
  refuse: MicrophoneTrouble | null = null;
  open = 0;
  readonly peers: { events: PeerEvents; closed: boolean; answer: string | null; uses: number }[] = [];
  readonly choosesSpeakers = true;
  #changed: () => void = () => {};

  async microphone() {
    if (this.refuse !== null) throw new MicrophoneError(this.refuse);
    this.open++;
    return { label: 'Headset', ended: false, level: () => 0.5, close: () => void this.open-- };
  }
  peer(_: unknown, events: PeerEvents) {
    const peer = { events, closed: false, answer: null as string | null, uses: 0 };
    this.peers.push(peer);
    return {
      offer: async () => 'offer',
      accept: async (answer: string) => {
        peer.answer = answer;
      },
      use: async () => {
        peer.uses++;
      },
      level: () => 0,
      close: () => {
        peer.closed = true;
      },
    };
  }
  speaker() {}
  unlock() {}
  devices = async () => [];
  watch(changed: () => void) {
    this.#changed = changed;
    return () => {};
  }
  plug() {
    this.#changed();
  }
  ring = () => ({ stop() {} });
}

/** Everything that is waiting for a promise goes on. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

function page() {
  const clock = new FakeClock();
  const server = new FakeServer();
  const media = new FakeMedia();
  const link = new Link(server.open, clock);
  link.start();
  server.accept();
  server.welcome();
  let version = 0;
  const chosen: { is: string | null } = { is: null };
  const audio = new StandingAudio({
    link,
    clock,
    media,
    client: 'here',
    label: () => 'Firefox',
    microphone: () => chosen.is,
  });
  audio.start();
  const commands = () => server.sent.flatMap((message) => (message.type === 'command' ? [message] : []));
  return {
    clock,
    server,
    media,
    link,
    audio,
    chosen,
    offers: () =>
      commands()
        .map(({ command }) => command)
        .filter(
          (command): command is Extract<Command, { do: 'audio_offer' }> => command.do === 'audio_offer',
        ),
    async see(view: AudioView | null) {
      const state: Record<string, unknown> = view === null ? {} : { audio: view };
      server.say({ type: 'snapshot', topic: 'me', epoch: 1, version: ++version, state });
      await settle();
    },
    async answer() {
      const { id } = commands().at(-1) ?? { id: 0 };
      server.say({ type: 'reply', id, result: { status: 'ok', value: { sdp: 'answer' } } });
      await settle();
    },
    async refuse(code: 'taken' | 'device_cannot' | 'device_unreachable') {
      const { id } = commands().at(-1) ?? { id: 0 };
      server.say({ type: 'reply', id, result: { status: 'error', code, message: code, field: null } });
      await settle();
    },
  };
}

/** Signed in here, and connected. */
async function connected() {
  const all = page();
  all.audio.expect();
  await all.see(NONE);
  await all.see({ ...CONNECTED, state: 'connecting' });
  await all.answer();
  await all.see(CONNECTED);
  return all;
}

describe('standing audio', () => {
  it('offers at once when the person signs in here, and keeps the connection', async () => {
    const { audio, media, offers } = await connected();
    expect(offers()).toEqual([
      { do: 'audio_offer', sdp: 'offer', client: 'here', label: 'Firefox', take_over: false },
    ]);
    expect(media.peers[0]?.answer).toBe('answer');
    expect(audio.standing).toEqual({ is: 'here' });
  });

  it('lets the page that signs in go first', async () => {
    const { clock, see, offers } = page();
    await see(NONE);
    expect(offers()).toHaveLength(0);
    clock.pass(1_500);
    await settle();
    expect(offers()).toHaveLength(1);
  });

  it('comes back by itself after a reload', async () => {
    const { see, offers } = page();
    await see({ ...CONNECTED, state: 'lost', session: null, until_ms: 30_000 });
    expect(offers()).toHaveLength(1);
  });

  it('offers anew over a new socket, with a new connection', async () => {
    const { clock, server, see, media, offers, answer, audio } = await connected();
    server.drop(1006);
    clock.pass(300);
    server.accept();
    server.welcome();
    // The server counts sockets; the fake one always says 1.
    server.say({
      type: 'welcome',
      session: 2,
      user: 'u',
      name: 'Ann',
      roles: ['agent'],
      protocol: 'cordboard.v1',
      server_time: 0,
      ping_every_ms: 15_000,
    });
    clock.pass(1_000);
    await see({ ...CONNECTED, session: null });
    clock.pass(1_000);
    await settle();
    expect(offers()).toHaveLength(2);
    await answer();
    expect(media.peers.map(({ closed }) => closed)).toEqual([true, false]);
    await see({ ...CONNECTED, session: 2 });
    expect(audio.standing.is).toBe('here');
  });

  it('makes a failed connection anew, a disturbed one only when it stays so', async () => {
    const { clock, media, offers } = await connected();
    clock.pass(20_000);
    media.peers[0]?.events.state('disconnected');
    clock.pass(500);
    media.peers[0]?.events.state('connected');
    clock.pass(5_000);
    await settle();
    expect(offers()).toHaveLength(1);
    media.peers[0]?.events.state('failed');
    await settle();
    expect(offers()).toHaveLength(2);
  });

  it('gives everything up when another page takes the audio, and takes it back only when asked', async () => {
    const { clock, audio, media, see, offers } = await connected();
    await see({ ...CONNECTED, client: 'there', label: 'Chrome', session: 9 });
    expect(audio.standing).toEqual({ is: 'elsewhere', label: 'Chrome' });
    expect(media.open).toBe(0);
    expect(media.peers[0]?.closed).toBe(true);
    clock.pass(20_000);
    await settle();
    expect(offers()).toHaveLength(1);
    void audio.takeHere();
    await settle();
    expect(offers().at(-1)).toMatchObject({ take_over: true });
  });

  it('says why there is no microphone, offers nothing, and goes on when it is there', async () => {
    const { audio, media, see, offers } = page();
    media.refuse = 'denied';
    audio.expect();
    await see(NONE);
    expect(audio.standing).toEqual({ is: 'blocked', why: 'denied' });
    expect(offers()).toHaveLength(0);
    media.refuse = null;
    media.plug();
    await settle();
    expect(offers()).toHaveLength(1);
  });

  it('does not hammer a server that has no room', async () => {
    const { clock, audio, see, refuse, offers } = page();
    audio.expect();
    await see(NONE);
    await refuse('device_unreachable');
    clock.pass(1_900);
    await settle();
    expect(offers()).toHaveLength(1);
    clock.pass(200);
    await settle();
    expect(offers()).toHaveLength(2);
  });

  it('stops where the server has no telephone for browsers', async () => {
    const { clock, audio, see, refuse, offers } = page();
    audio.expect();
    await see(NONE);
    await refuse('device_cannot');
    clock.pass(20_000);
    await settle();
    expect(audio.standing).toEqual({ is: 'refused', why: 'device_cannot' });
    expect(offers()).toHaveLength(1);
  });

  it('is taken here after a refusal, and comes back by itself from then on', async () => {
    const { clock, audio, media, see, refuse, answer, offers } = page();
    audio.expect();
    await see(NONE);
    await refuse('device_cannot');
    const taken = audio.takeHere();
    await settle();
    await answer();
    await see(CONNECTED);
    await answer();
    await taken;
    expect(audio.standing.is).toBe('here');
    media.peers.at(-1)?.events.state('failed');
    clock.pass(20_000);
    await settle();
    expect(offers()).toHaveLength(3);
  });

  it('speaks through the microphone that was chosen while it was offered', async () => {
    const { audio, media, chosen, see, answer } = page();
    audio.expect();
    await see(NONE);
    chosen.is = 'another';
    void audio.changeMicrophone();
    await settle();
    await answer();
    await see(CONNECTED);
    expect(media.peers.map(({ uses, closed }) => [uses > 0, closed])).toEqual([[true, false]]);
    expect(media.open).toBe(1);
  });

  it('closes all on signing out', async () => {
    const { audio, media, see } = await connected();
    await see(null);
    expect(audio.standing).toEqual({ is: 'off' });
    expect(media.open).toBe(0);
  });
});
