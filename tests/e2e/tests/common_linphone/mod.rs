//! linphonec as a desk phone: started in a folder of its own, steered through its standard input, heard through the file it writes of what
//! it plays. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(unreachable_pub, reason = "a module of one test program")]

use super::common_foreign::{Over, RATE_HZ, WAV_HEAD, hears_only, speak};
use e2e::{House, eventually, until};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// The Debian package with the program.
const PACKAGE: &str = "linphone-cli";

/// How the phone is set up.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub over: Over,
    /// The only codec it speaks: name and rate.
    pub codec: (&'static str, u32),
    /// Its media is encrypted with keys from the SDP (RFC 4568), for this suite and no other.
    pub srtp: Option<&'static str>,
}

impl Kind {
    /// How many samples it hears for each of ours: those of its codec. G.722 calls its 16 kHz 8 kHz (RFC 3551 4.5.2).
    fn step(self) -> usize {
        let rate = if self.codec.0 == "G722" { 16_000 } else { self.codec.1 };
        (rate / RATE_HZ) as usize
    }
}

/// A running linphonec. Dropped, it is killed; what it printed is shown when the test failed.
pub struct Linphone {
    child: Child,
    folder: TempDir,
    input: ChildStdin,
    said: Arc<Mutex<String>>,
    /// Samples it writes for each of ours.
    step: usize,
}

impl Drop for Linphone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("---- linphonec printed\n{}\n----", self.said());
        }
    }
}

impl Linphone {
    /// Starts the phone of this account, speaking in a tone of `voice` Hz, and waits until it is registered.
    pub async fn registered(house: &House, kind: Kind, user: &str, password: &str, voice: u16) -> Linphone {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = configuration(house, kind, user, password);
        // Without a place for its database it registers nowhere.
        std::fs::create_dir_all(folder.path().join(".local/share/linphone")).expect("a folder for its database");
        std::fs::write(folder.path().join("linphonerc"), config).expect("its configuration");
        speak(&folder.path().join("voice.wav"), voice);
        let mut child = start(folder.path());
        let input = child.stdin.take().expect("its input");
        let mut output = child.stdout.take().expect("its output");
        let said = Arc::new(Mutex::new(String::new()));
        let heard = said.clone();
        // Ends with the phone.
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
        });
        let mut phone = Linphone { child, folder, input, said, step: kind.step() };
        phone.ask("soundcard use files");
        phone.says("Using wav files").await;
        // It tells of its registration only when it is asked.
        eventually("linphonec's registration", async || {
            phone.ask("status register");
            phone.said().contains("registered, identity=").then_some(())
        })
        .await;
        let (voice, ear) = (phone.file("voice.wav"), phone.file("ear.wav"));
        phone.ask(&format!("play {voice}"));
        phone.ask(&format!("record {ear}"));
        phone
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Types a command. What it does is seen at the other end, or in what it says.
    pub fn ask(&mut self, command: &str) {
        writeln!(self.input, "{command}").and_then(|()| self.input.flush()).expect("the command goes in");
    }

    fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has printed this.
    pub async fn says(&self, text: &str) {
        until(&format!("linphonec says \"{text}\""), || self.said().contains(text)).await;
    }

    /// All it has heard so far.
    pub fn ear(&self) -> Vec<i16> {
        let bytes = std::fs::read(self.folder.path().join("ear.wav")).unwrap_or_default();
        // The head tells the rate only when the file is closed. Of a higher rate every so manieth sample is one of ours; tones far below
        // 4 kHz need no filter for that.
        let sound = bytes.get(WAV_HEAD..).unwrap_or_default();
        sound.chunks_exact(2).step_by(self.step).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    /// Waits for a second in which it hears only this tone.
    pub async fn hears(&self, voice: u16, others: &[u16]) {
        hears_only("linphonec", voice, others, || self.ear()).await;
    }
}

/// A port nobody uses now; of linphonec's own choice it takes the same for all.
fn free_port() -> u16 {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.local_addr().expect("its address").port()
}

fn configuration(house: &House, kind: Kind, user: &str, password: &str) -> String {
    let host = match kind.over {
        Over::Udp | Over::Tcp => house.sip().ip(),
        Over::Tls(ip) => ip,
    };
    let (server, sip, rtp) = (kind.over.server(house), free_port(), free_port());
    let ports = match kind.over {
        Over::Udp => format!("sip_port={sip}\nsip_tcp_port=0\nsip_tls_port=0"),
        Over::Tcp => format!("sip_port=0\nsip_tcp_port={sip}\nsip_tls_port=0"),
        Over::Tls(_) => format!("sip_port=0\nsip_tcp_port=0\nsip_tls_port={sip}"),
    };
    let encryption = match kind.srtp {
        Some(suite) => format!("media_encryption=srtp\nmedia_encryption_mandatory=1\nsrtp_crypto_suites={suite}"),
        None => "media_encryption=none".to_owned(),
    };
    let mut text = format!(
        "[sip]\n{ports}\n{encryption}\ndefault_proxy=0\nregister_only_when_network_is_up=0\nverify_server_certs=0\nverify_server_cn=0\n\
         use_ipv6=0\n\n[net]\nfirewall_policy=0\n\n[rtp]\naudio_rtp_port={rtp}\nsymmetric=1\n\n\
         [video]\nenabled=0\ncapture=0\ndisplay=0\n\n[sound]\nechocancellation=0\n\n\
         [proxy_0]\nreg_proxy=<sip:{server}>\nreg_identity=sip:{user}@{host}\nreg_expires=600\nreg_sendregister=1\n\n\
         [auth_info_0]\nusername={user}\npasswd={password}\n\n"
    );
    for (at, (name, rate, channels)) in
        [("opus", 48_000, 2), ("PCMU", 8000, 1), ("PCMA", 8000, 1), ("G722", 8000, 1)].into_iter().enumerate()
    {
        let enabled = u8::from((name, rate) == kind.codec);
        let _ = write!(text, "[audio_codec_{at}]\nmime={name}\nrate={rate}\nchannels={channels}\nenabled={enabled}\n\n");
    }
    text
}

fn start(folder: &Path) -> Child {
    let log = std::fs::File::create(folder.join("errors.log")).expect("a log file");
    let mut command = Command::new("linphonec");
    command.arg("-c").arg(folder.join("linphonerc")).arg("-l").arg(folder.join("linphone.log")).arg("-d").arg("3");
    // Nothing of the user's own is read or written.
    command.env("HOME", folder).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
    match command.spawn() {
        Ok(child) => child,
        Err(error) => panic!("linphonec cannot be started ({error}): install the Debian package {PACKAGE}"),
    }
}
