//! baresip as a desk phone: started headless in a folder of its own, steered over its control socket, heard through the file it writes of
//! what it decodes. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(unreachable_pub, reason = "a module of one test program")]

use super::common_foreign::{Over, RATE_HZ, WAV_HEAD, hears_only, speak};
use e2e::{House, eventually, until};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

/// The Debian package with the program and every module used here.
const PACKAGE: &str = "baresip-core";
const MODULES: &str = "/usr/lib/baresip/modules";
/// The longest message of the control socket that is believed.
const MESSAGE_MAX: usize = 100_000;

/// How the phone is set up.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub over: Over,
    /// The only codec it speaks, as baresip writes it (`opus/48000/2`); `None`: G.711.
    pub codec: Option<&'static str>,
    /// Its media is encrypted with keys from the SDP (RFC 4568), as baresip writes it: `srtp-mand` speaks RTP/SAVP only, `srtp` offers
    /// RTP/AVP with keys and takes either.
    pub srtp: Option<&'static str>,
}

impl Kind {
    pub fn plain(over: Over) -> Kind {
        Kind { over, codec: None, srtp: None }
    }
}

/// A running baresip. Dropped, it is killed; what it printed is shown when the test failed.
pub struct Baresip {
    child: Child,
    folder: TempDir,
    control: OwnedWriteHalf,
    heard_of: Arc<Mutex<Vec<Value>>>,
    changed: watch::Receiver<usize>,
    asked: u32,
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = std::fs::read(self.folder.path().join("output.log")).unwrap_or_default();
            eprintln!("---- baresip printed\n{}\n----", String::from_utf8_lossy(&said));
        }
    }
}

impl Baresip {
    /// Starts the phone of this account, speaking in a tone of `voice` Hz, and waits until it is registered.
    pub async fn registered(house: &House, kind: Kind, user: &str, password: &str, voice: u16) -> Baresip {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let control = free_port();
        let server = kind.over.server(house);
        let codecs = kind.codec.map(|codec| format!(";audio_codecs={codec}")).unwrap_or_default();
        let encryption = kind.srtp.map(|srtp| format!(";mediaenc={srtp}")).unwrap_or_default();
        let account = format!("<sip:{user}@{server}>;auth_pass={password};regint=60{codecs}{encryption}\n");
        write(folder.path(), "config", &configuration(folder.path(), control));
        write(folder.path(), "accounts", &account);
        write(folder.path(), "contacts", "");
        speak(&folder.path().join("voice.wav"), voice);
        let child = start(folder.path());
        let stream = eventually("baresip's control socket", async || TcpStream::connect(control).await.ok()).await;
        let (reader, writer) = stream.into_split();
        let heard_of = Arc::new(Mutex::new(Vec::new()));
        let (changes, changed) = watch::channel(0);
        tokio::spawn(listen(reader, heard_of.clone(), changes));
        let mut phone = Baresip { child, folder, control: writer, heard_of, changed, asked: 0 };
        while !phone.ask("reginfo", "").await.contains("OK ") {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        phone
    }

    /// Gives a command and waits until it was carried out; gives what it printed.
    pub async fn ask(&mut self, command: &str, params: &str) -> String {
        self.asked += 1;
        let token = self.asked.to_string();
        let message = json!({ "command": command, "params": params, "token": token }).to_string();
        let framed = format!("{}:{message},", message.len());
        self.control.write_all(framed.as_bytes()).await.expect("the command goes out");
        let answer = self.wait(&format!("an answer to {command}"), |said| said.get("token") == Some(&json!(token))).await;
        assert_eq!(answer.get("ok"), Some(&json!(true)), "{command} {params}: {answer}");
        answer.get("data").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Waits until it has told of this, as `CALL_INCOMING`.
    pub async fn tells(&self, event: &str) {
        self.wait(event, |said| said.get("type") == Some(&json!(event))).await;
    }

    async fn wait(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut changed = self.changed.clone();
        let look = async {
            loop {
                changed.mark_unchanged();
                if let Some(found) = lock(&self.heard_of).iter().find(|said| fits(said)) {
                    return found.clone();
                }
                changed.changed().await.expect("baresip is alive");
            }
        };
        e2e::within(what, look).await
    }

    /// Waits until it has printed this.
    pub async fn prints(&self, text: &str) {
        let printed = || std::fs::read(self.folder.path().join("output.log")).unwrap_or_default();
        until(&format!("baresip prints \"{text}\""), || String::from_utf8_lossy(&printed()).contains(text)).await;
    }

    /// From now on it says what it hears: the far end can measure its ear. Unlike the file, this outlives a hold.
    pub async fn echo(&mut self) {
        self.ask("ausrc", "aubridge,ear").await;
    }

    /// All it has heard in its last call so far, up to the first hold: with that baresip 1.0 ends its filters, and so the file.
    pub fn ear(&self) -> Vec<i16> {
        let files = std::fs::read_dir(self.folder.path()).expect("its folder").filter_map(|entry| Some(entry.ok()?.path()));
        // The names hold the time: the last is the latest.
        let latest = files.filter(|path| path.to_string_lossy().ends_with("-dec.wav")).max();
        let bytes = latest.map(|path| std::fs::read(path).expect("what it heard")).unwrap_or_default();
        let Some((head, sound)) = bytes.split_at_checked(WAV_HEAD) else { return Vec::new() };
        // Of its codec's rate and channels: of them every so manieth sample is one of ours. Tones far below 4 kHz need no filter.
        let (channels, rate) = (usize::from(head[22]), u32::from_le_bytes([head[24], head[25], head[26], head[27]]));
        let step = (rate / RATE_HZ).max(1) as usize * channels.max(1);
        sound.chunks_exact(2).step_by(step).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    /// Waits for a second in which it hears only this tone.
    pub async fn hears(&self, voice: u16, others: &[u16]) {
        hears_only("baresip", voice, others, || self.ear()).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file of the phone's");
}

/// A port nobody listens at now; baresip wants one that is named.
fn free_port() -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

fn configuration(folder: &Path, control: SocketAddr) -> String {
    let folder = folder.display();
    let mut text = format!(
        "poll_method epoll\nsip_listen 127.0.0.1:0\nnet_interface 127.0.0.1\ncall_max_calls 4\naudio_source aufile,{folder}/voice.wav\n\
         audio_player aubridge,ear\naudio_alert aubridge,bell\nausrc_format s16\nauplay_format s16\nauenc_format s16\naudec_format s16\n\
         ausrc_srate {RATE_HZ}\nauplay_srate {RATE_HZ}\nausrc_channels 1\nauplay_channels 1\n\
         snd_path {folder}\nctrl_tcp_listen {control}\nmodule_path {MODULES}\nmodule_tmp account.so\n"
    );
    for module in ["g711", "g722", "opus", "srtp", "aufile", "aubridge", "sndfile"] {
        let _ = writeln!(text, "module {module}.so");
    }
    text + "module_app menu.so\nmodule_app ctrl_tcp.so\n"
}

fn start(folder: &Path) -> Child {
    assert!(Path::new(MODULES).is_dir(), "no {MODULES}: install the Debian package {PACKAGE}");
    let output = std::fs::File::create(folder.join("output.log")).expect("a log file");
    let errors = output.try_clone().expect("the log file twice");
    let mut command = Command::new("baresip");
    command.arg("-f").arg(folder).current_dir(folder).stdin(Stdio::null()).stdout(output).stderr(errors);
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("baresip cannot be started ({error}): install the Debian package {PACKAGE}"),
    }
}

/// Takes messages from the control socket, each a netstring: `5:hello,`.
async fn listen(mut reader: OwnedReadHalf, heard_of: Arc<Mutex<Vec<Value>>>, changes: watch::Sender<usize>) {
    while let Some(message) = netstring(&mut reader).await {
        let message = serde_json::from_slice(&message).expect("baresip speaks JSON");
        lock(&heard_of).push(message);
        changes.send_modify(|n| *n += 1);
    }
}

async fn netstring(reader: &mut OwnedReadHalf) -> Option<Vec<u8>> {
    let mut length = 0;
    while let digit @ b'0'..=b'9' = reader.read_u8().await.ok()? {
        length = length * 10 + usize::from(digit - b'0');
        assert!(length <= MESSAGE_MAX, "a message of {length} bytes");
    }
    // With the comma behind it.
    let mut message = vec![0; length + 1];
    reader.read_exact(&mut message).await.ok()?;
    message.pop();
    Some(message)
}
