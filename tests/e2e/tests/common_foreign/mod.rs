//! What desk phones that are not ours have in common: how they reach the server, what they say, what is found in their ear. Holds no test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests, which clippy does not see as tests")]
#![allow(unreachable_pub, reason = "a module of one test program")]

use e2e::{Database, Heard, House, Setup, certificate, interface, until};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use tempfile::TempDir;

/// Samples a second of all sound here.
pub const RATE_HZ: u32 = 8000;
/// How long a phone can speak: longer than any test's call.
const SPEECH_S: u32 = 90;
/// Bytes of a WAV file before its first sample.
pub const WAV_HEAD: usize = 44;
/// Windows of 100 ms that show a voice, and how many of them may be spoilt where sound begins.
const WINDOWS: usize = 10;
const SPOILT_MAX: usize = 2;

/// Where the server speaks TLS.
pub const SECURE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Udp,
    Tcp,
    /// On this address of the server's. The phone takes any certificate.
    Tls(IpAddr),
}

impl Over {
    /// Host, port and transport of the server, as they stand in a URI.
    pub fn server(self, house: &House) -> String {
        match self {
            Over::Udp => format!("{};transport=udp", house.sip()),
            Over::Tcp => format!("{};transport=tcp", house.sip()),
            Over::Tls(ip) => format!("{};transport=tls", house.sip_on("TLS", ip)),
        }
    }
}

/// A server that also speaks TLS, and lets media be encrypted; its certificate is gone with the folder.
pub async fn secure_house() -> (House, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), SECURE);
    let interface = format!("[{}]", interface(SECURE, "tls", folder.path()));
    let setup = Setup::default().set("SIP__INTERFACE", interface).set("MEDIA__SRTP", "allowed").set("MEDIA__SRTP_OVER_PLAIN", "true");
    (House::start_with(Database::Sqlite, setup).await, folder)
}

/// What a phone says: a tone, in a file.
pub fn speak(path: &Path, voice: u16) {
    let spec = hound::WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("a WAV file");
    for sample in cti_media::tone::sine(f64::from(voice), -12.0, 0, (RATE_HZ * SPEECH_S) as usize) {
        writer.write_sample(sample).expect("a sample");
    }
    writer.finalize().expect("the WAV file");
}

/// Waits for a second in which the phone, by all it has heard so far, hears only this tone.
pub async fn hears_only(phone: &str, voice: u16, others: &[u16], ear: impl Fn() -> Vec<i16>) {
    until(&format!("{voice} Hz in {phone}'s ear"), || {
        let ear = ear();
        let second = ear.len().saturating_sub(RATE_HZ as usize);
        Heard::of(&ear[second..], voice, others).right >= WINDOWS - SPOILT_MAX
    })
    .await;
}
