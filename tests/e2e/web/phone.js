// A browser as a telephone, steered by a test over a WebSocket: SIP.js makes the calls, Web Audio measures what is heard. It checks nothing.
import { Inviter, Registerer, RegistererState, SessionState, UserAgent } from "/sip/index.js";

// The tones are to arrive as they are.
const CONSTRAINTS = { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false };
const LOOK_EVERY_MS = 100;
// Bins of 5.9 Hz at 48 kHz.
const FFT_SIZE = 8192;

const tones = new URLSearchParams(location.search).get("tones").split(",").map(Number);
const steer = new WebSocket(`ws://${location.host}/steer`);
const say = (what) => steer.send(JSON.stringify(what));

let userAgent;
// The line that is spoken on, and all lines in the order in which they began.
let session;
const lines = [];
// Undefined: what the browser would choose.
let onlyCodec;

const settings = () => ({
  sessionDescriptionHandlerOptions: { constraints: CONSTRAINTS },
  sessionDescriptionHandlerModifiers: onlyCodec ? [keepOnly(onlyCodec)] : [],
});

// Leaves one codec and the events of its clock in a description of ours.
function keepOnly(codec) {
  return (description) => {
    const lines = description.sdp.split("\r\n");
    const maps = lines.map((line) => /^a=rtpmap:(\d+) ([^/]+)\/(\d+)/.exec(line)).filter(Boolean);
    const clock = maps.find((map) => map[2].toLowerCase() === codec.toLowerCase())[3];
    const wanted = (map) => map[2].toLowerCase() === codec.toLowerCase() || (map[2] === "telephone-event" && map[3] === clock);
    const kept = new Set(maps.filter(wanted).map((map) => map[1]));
    const stays = (line) => {
      const of = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line);
      return !of || kept.has(of[1]);
    };
    const shorten = (line) => {
      if (!line.startsWith("m=audio")) return line;
      const [head, port, proto, ...formats] = line.split(" ");
      return [head, port, proto, ...formats.filter((format) => kept.has(format))].join(" ");
    };
    return Promise.resolve({ type: description.type, sdp: lines.filter(stays).map(shorten).join("\r\n") });
  };
}

function take(begun) {
  session = begun;
  lines.push(begun);
  begun.stateChange.addListener((state) => {
    if (state === SessionState.Established) listen(begun);
    say({ session: state });
  });
}

// Measures what comes in on this session until it ends, while it is the one spoken on: the level of each tone and of the loudest frequency, in dB of full scale.
async function listen(begun) {
  const stream = new MediaStream(begun.sessionDescriptionHandler.peerConnection.getReceivers().map((receiver) => receiver.track));
  // A remote stream is decoded only where it is played.
  const element = new Audio();
  element.srcObject = stream;
  element.muted = true;
  await element.play();
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: FFT_SIZE, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const place = (hz) => Math.round((hz * FFT_SIZE) / context.sampleRate);
  const loudest = (from, to) => Math.max(-200, ...bins.slice(from, to + 1));
  const timer = setInterval(() => {
    if (begun.state !== SessionState.Established) {
      clearInterval(timer);
      context.close();
      return;
    }
    if (begun !== session) return;
    analyser.getFloatFrequencyData(bins);
    const levels = Object.fromEntries(tones.map((hz) => [hz, loudest(place(hz) - 2, place(hz) + 2)]));
    say({ heard: { levels, loudest: loudest(place(200), place(3600)) } });
  }, LOOK_EVERY_MS);
}

// Sends REFER and waits until it is accepted. The call ends later, by the other side.
async function refer(to) {
  await new Promise((resolve, reject) => {
    const requestDelegate = { onAccept: resolve, onReject: (response) => reject(new Error(`${response.message.statusCode}`)) };
    session.refer(to, { requestDelegate }).catch(reject);
  });
}

async function again(options) {
  session.sessionDescriptionHandlerOptionsReInvite = { constraints: CONSTRAINTS, ...options };
  await new Promise((resolve, reject) => {
    const requestDelegate = { onAccept: resolve, onReject: (response) => reject(new Error(`${response.message.statusCode}`)) };
    session.invite({ requestDelegate }).catch(reject);
  });
}

const uriOf = (user) => UserAgent.makeURI(`sip:${user}@${userAgent.configuration.uri.host}`);

const commands = {
  async register({ server, user, password }) {
    const domain = new URL(server).hostname;
    userAgent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${user}@${domain}`),
      transportOptions: { server },
      authorizationUsername: user,
      authorizationPassword: password,
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 2000, peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite(invitation) {
          take(invitation);
          say({ session: "Invited" });
        },
      },
      logLevel: "warn",
    });
    await userAgent.start();
    const registerer = new Registerer(userAgent, { expires: 300 });
    await new Promise((resolve, reject) => {
      registerer.stateChange.addListener((state) => state === RegistererState.Registered && resolve());
      registerer.register({ requestDelegate: { onReject: (response) => reject(new Error(`${response.message.statusCode}`)) } }).catch(reject);
    });
  },
  async codec({ codec }) {
    onlyCodec = codec;
  },
  async accept() {
    await session.accept(settings());
  },
  async dial({ to }) {
    const inviter = new Inviter(userAgent, uriOf(to), settings());
    take(inviter);
    await inviter.invite();
  },
  // Speaks on another line from now on.
  async line({ line }) {
    session = lines[line];
  },
  async transfer({ to }) {
    await refer(uriOf(to));
  },
  // Gives the far side of this line to the far side of another (Replaces).
  async transfer_to_line({ line }) {
    await refer(lines[line]);
  },
  async hold() {
    await again({ hold: true });
  },
  async retrieve() {
    await again({ hold: false });
  },
  // As after a change of networks.
  async restart() {
    await again({ offerOptions: { iceRestart: true } });
  },
  async digits({ digits }) {
    if (!session.sessionDescriptionHandler.sendDtmf(digits)) throw new Error("digits were not sent");
  },
  async hang_up() {
    await session.bye();
  },
};

steer.onopen = () => say({ ready: true });
steer.onmessage = async ({ data }) => {
  const { number, command, ...rest } = JSON.parse(data);
  try {
    await commands[command](rest);
    say({ done: number });
  } catch (error) {
    say({ done: number, error: String(error) });
  }
};
