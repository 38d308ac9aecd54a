// The telephone in an agent's page, steered by a test over a WebSocket: one connection, made as the desktop makes it. What it and the server
// say to each other is carried by the test. It checks nothing.

// The tones are to arrive as they are.
const CONSTRAINTS = { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false };
const LOOK_EVERY_MS = 100;
// Bins of 5.9 Hz at 48 kHz.
const FFT_SIZE = 8192;

const tones = new URLSearchParams(location.search).get("tones").split(",").map(Number);
const steer = new WebSocket(`ws://${location.host}/steer`);
const say = (what) => steer.send(JSON.stringify(what));

let peer;

// Measures what comes in as long as this is the connection: the level of each tone and of the loudest frequency, in dB of full scale.
async function listen(connection, track) {
  const stream = new MediaStream([track]);
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
    if (connection !== peer) {
      clearInterval(timer);
      context.close();
      return;
    }
    analyser.getFloatFrequencyData(bins);
    const levels = Object.fromEntries(tones.map((hz) => [hz, loudest(place(hz) - 2, place(hz) + 2)]));
    say({ heard: { levels, loudest: loudest(place(200), place(3600)) } });
  }, LOOK_EVERY_MS);
}

const connected = (connection) =>
  new Promise((resolve, reject) => {
    const look = () => {
      if (connection.connectionState === "connected") resolve();
      if (connection.connectionState === "failed") reject(new Error("the connection failed"));
    };
    connection.addEventListener("connectionstatechange", look);
    look();
  });

const commands = {
  async offer() {
    peer?.close();
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require", iceServers: [] });
    peer = connection;
    connection.addEventListener("track", ({ track }) => listen(connection, track));
    const microphone = await navigator.mediaDevices.getUserMedia(CONSTRAINTS);
    for (const track of microphone.getAudioTracks()) connection.addTrack(track, microphone);
    await connection.setLocalDescription();
    return { sdp: connection.localDescription.sdp };
  },
  async answer({ sdp }) {
    await peer.setRemoteDescription({ type: "answer", sdp });
    await connected(peer);
  },
  async close() {
    peer.close();
    peer = undefined;
  },
  async reload() {
    // After this is said to be done.
    setTimeout(() => location.reload());
  },
};

steer.onopen = () => say({ ready: true });
steer.onmessage = async ({ data }) => {
  const { number, command, ...rest } = JSON.parse(data);
  try {
    const value = await commands[command](rest);
    say({ done: number, value });
  } catch (error) {
    say({ done: number, error: String(error) });
  }
};
