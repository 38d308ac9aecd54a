//! The few things needed before the database: addresses, folders, limits. A TOML file with the environment over it.

mod sip;
mod tls;
mod webhooks;

pub use sip::{DigestOffer, InterfaceConfig, SipConfig, SipTransport, TrunkTlsConfig};
pub use tls::{AcmeConfig, TlsConfig};
pub use webhooks::{Network, WebhooksConfig};

use crate::switch::Spoken;
use anyhow::{Context, bail};
use cti_media::sdp::SrtpPolicy;
use cti_types::media::Codec;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Environment variables that begin so override the file: `CORDBOARD_HTTP=…`, `CORDBOARD_MEDIA__PORTS=[20000,29999]`.
const ENV_PREFIX: &str = "CORDBOARD_";
/// The filter of the log is read before there is a configuration.
const LOG_VARIABLE: &str = "CORDBOARD_LOG";

/// Of those, the ones that are no configuration: the log filter, and the program the tests run.
const ENV_OTHER: [&str; 2] = ["LOG", "BIN"];

/// See the module. All fields have defaults but `data`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Folder of the journal, the recordings and, by default, the database.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; by default SQLite in `data`.
    #[serde(default)]
    pub database: Option<String>,
    /// REST, WebSocket and pages.
    #[serde(default = "default_http")]
    pub http: SocketAddr,
    /// Whether that is by TLS, and with which certificate.
    #[serde(default)]
    pub tls: TlsConfig,
    #[serde(default)]
    pub sip: SipConfig,
    #[serde(default)]
    pub media: MediaConfig,
    #[serde(default)]
    pub journal: JournalConfig,
    #[serde(default)]
    pub limits: LimitsConfig,
    #[serde(default)]
    pub webhooks: WebhooksConfig,
    /// A folder of the site's own prompts (`en/welcome.wav`), over the built-in ones.
    #[serde(default)]
    pub prompts: Option<PathBuf>,
    /// Set when a TLS proxy stands in front: session cookies are then marked Secure.
    #[serde(default)]
    pub behind_tls: bool,
    /// Where browsers find the pages, `https://desk.example.com`. With https, session cookies are marked Secure.
    #[serde(default)]
    pub public_url: Option<String>,
    /// Origins whose pages may open the WebSocket and write by REST, besides the server's own and that of `public_url`.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Origins whose pages may show ours in a frame, `https://crm.example.com`. Of another site than ours they have no session there: its
    /// cookie is SameSite=Strict.
    #[serde(default)]
    pub embed_origins: Vec<String>,
    /// The names with which one may sign in, told by the pages of a demo. In no file.
    #[serde(skip)]
    pub demo_logins: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaConfig {
    /// First and last RTP port; best below the system's own ephemeral ports (32768 and up on Linux).
    pub ports: (u16, u16),
    /// Media threads; 0: one for each core but one, at least one.
    pub threads: usize,
    /// No packet for this long, in seconds, while some should come: media is lost.
    pub loss_after_s: u64,
    /// The same for an agent's page in a call, whose caller should not wait in silence.
    pub page_loss_s: u64,
    /// A call whose media stays lost this much longer, in seconds, is ended.
    pub loss_ends_after_s: u64,
    /// How long a port rests before it is used again, in seconds.
    pub port_rest_s: u64,
    /// What is spoken, the most wanted first: PCMU, PCMA, G722, opus.
    pub codecs: Vec<String>,
    /// Encrypted media with keys from the SDP (RFC 4568).
    pub srtp: SrtpChoice,
    /// Tell keys also to legs signalled over UDP, TCP or WS, where they can be read on the way. Without it such legs are in the clear where
    /// `srtp` is allowed, and refused where it is required.
    pub srtp_over_plain: bool,
    /// Whether browsers may be telephones: SIP over WS or WSS, media by DTLS-SRTP (WebRTC).
    pub webrtc: bool,
    /// The UDP port of the audio of agents' pages, at the first SIP address; 0: the system chooses one at each start. Set it where a
    /// firewall must let it through.
    pub webrtc_port: u16,
    /// Country whose ring-back tone callers hear while a called number rings, ISO 3166-1 alpha-2; by default Europe's usual one.
    pub tones: String,
}

/// When media is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SrtpChoice {
    Off,
    /// Where the far side knows it, over TLS or WSS: our offers leave it the choice (RFC 8643).
    Allowed,
    /// On every leg; whoever does not is refused.
    Required,
}

impl MediaConfig {
    /// What the legs speak.
    ///
    /// # Errors
    /// A codec that is not known, or none at all.
    pub fn spoken(&self) -> anyhow::Result<Spoken> {
        let known = || Codec::ALL.map(Codec::name).join(", ");
        let mut codecs = Vec::new();
        for name in &self.codecs {
            let codec = Codec::named(name).with_context(|| format!("media.codecs: \"{name}\" is not known; there are {}", known()))?;
            if !codecs.contains(&codec) {
                codecs.push(codec);
            }
        }
        if codecs.is_empty() {
            bail!("media.codecs: name at least one of {}", known());
        }
        let srtp = match self.srtp {
            SrtpChoice::Off => SrtpPolicy::Off,
            SrtpChoice::Allowed => SrtpPolicy::Allowed,
            SrtpChoice::Required => SrtpPolicy::Required,
        };
        // The certificate is made at the start, and known then.
        Ok(Spoken { codecs, srtp, srtp_over_plain: self.srtp_over_plain, web: None })
    }
}

impl Default for MediaConfig {
    fn default() -> MediaConfig {
        MediaConfig {
            ports: (16_384, 32_767),
            threads: 0,
            loss_after_s: 10,
            page_loss_s: 2,
            loss_ends_after_s: 30,
            port_rest_s: 3,
            codecs: Codec::ALL.map(|codec| codec.name().to_owned()).to_vec(),
            srtp: SrtpChoice::Off,
            srtp_over_plain: false,
            webrtc: true,
            webrtc_port: 0,
            tones: String::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// At this size new calls are refused until the database has caught up, in MiB.
    pub max_mib: u64,
    pub segment_mib: u64,
}

impl Default for JournalConfig {
    fn default() -> JournalConfig {
        JournalConfig { max_mib: 1024, segment_mib: 16 }
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Most interactions open at once; one more call is answered 503.
    pub interactions_max: usize,
    /// How long an agent may be without any browser before they are not ready, in seconds.
    pub sockets_grace_s: u64,
    /// How long a call waits for an agent whose page is gone before it goes back to its queue, in seconds.
    pub page_wait_s: u64,
    /// How long calls may go on after SIGTERM, in seconds.
    pub drain_s: u64,
}

impl Default for LimitsConfig {
    fn default() -> LimitsConfig {
        LimitsConfig { interactions_max: 20_000, sockets_grace_s: 30, page_wait_s: 30, drain_s: 600 }
    }
}

fn default_http() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

impl Config {
    /// Everything by default, in this folder.
    pub fn for_folder(data: PathBuf) -> Config {
        Config {
            data,
            database: None,
            http: default_http(),
            tls: TlsConfig::default(),
            sip: SipConfig::default(),
            media: MediaConfig::default(),
            journal: JournalConfig::default(),
            limits: LimitsConfig::default(),
            webhooks: WebhooksConfig::default(),
            prompts: None,
            behind_tls: false,
            public_url: None,
            allowed_origins: Vec::new(),
            embed_origins: Vec::new(),
            demo_logins: Vec::new(),
        }
    }

    /// Whether browsers reach us by TLS only, so that a session's cookie must not be sent without it (RFC 6265 4.1.2.5).
    pub fn secure_cookies(&self) -> bool {
        self.behind_tls || self.tls.is_on() || self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// What a certificate made here is for.
    pub fn certificate_names(&self) -> BTreeSet<String> {
        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let address = Some(self.http.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
        let public = self.public_url.as_deref().and_then(origin_of);
        let public = public.as_deref().and_then(|origin| origin.split_once("://")).map(|(_, authority)| host_of(authority).to_owned());
        own.into_iter().chain(address).chain(public).chain(self.tls.names.iter().cloned()).collect()
    }

    /// Origins of pages that may act as our own: those allowed, and where browsers find us behind a proxy that tells us another host.
    pub fn origins(&self) -> Vec<String> {
        let public = self.public_url.as_deref().and_then(origin_of);
        self.allowed_origins.iter().cloned().chain(public).collect()
    }

    /// Reads the file and the environment over it.
    ///
    /// # Errors
    /// Names the file, the field and what is wrong with it.
    pub fn load(path: &Path, env: impl Iterator<Item = (String, String)>) -> anyhow::Result<Config> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
        Config::read(&text, env).with_context(|| format!("in the configuration {}", path.display()))
    }

    fn read(text: &str, env: impl Iterator<Item = (String, String)>) -> anyhow::Result<Config> {
        let mut table: toml::Table = toml::from_str(text)?;
        for (name, value) in env.filter(|(name, _)| name != LOG_VARIABLE) {
            if let Some(path) = name.strip_prefix(ENV_PREFIX).filter(|path| !ENV_OTHER.contains(path)) {
                overlay(&mut table, &path.to_lowercase(), &value).with_context(|| format!("environment variable {name}"))?;
            }
        }
        let config: Config = table.try_into()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        self.tls.check()?;
        self.sip.check()?;
        let (first, last) = self.media.ports;
        if first < 1024 || last <= first.saturating_add(1) {
            bail!("media.ports: [{first}, {last}] is no usable range; take for example [16384, 32767]");
        }
        self.media.spoken()?;
        if (first..=last).contains(&self.media.webrtc_port) {
            bail!("media.webrtc_port: {} is one of media.ports; take one outside of them", self.media.webrtc_port);
        }
        if self.media.page_loss_s == 0 || self.media.loss_after_s == 0 {
            bail!("media.page_loss_s, media.loss_after_s: must be at least 1 second");
        }
        let tones = &self.media.tones;
        if !(tones.is_empty() || tones.len() == 2 && tones.bytes().all(|b| b.is_ascii_uppercase())) {
            bail!("media.tones: \"{tones}\" is no country; write two letters such as GB");
        }
        if self.journal.segment_mib == 0 || self.journal.max_mib < 2 * self.journal.segment_mib {
            bail!("journal.max_mib: must be at least twice journal.segment_mib, which must not be 0");
        }
        let web = |url: &String| url.split_once("://").is_some_and(|(scheme, host)| matches!(scheme, "http" | "https") && !host.is_empty());
        if self.public_url.as_ref().is_some_and(|url| !web(url)) {
            bail!("public_url: write it as https://desk.example.com");
        }
        let is_origin = |text: &String| origin_of(text).is_some_and(|origin| origin == *text);
        if let Some(wrong) = self.embed_origins.iter().find(|text| !is_origin(text)) {
            bail!("embed_origins: \"{wrong}\" is no origin; write it as https://crm.example.com");
        }
        if self.limits.interactions_max == 0 {
            bail!("limits.interactions_max: must be at least 1");
        }
        Ok(())
    }

    /// What is allowed but should be looked at.
    pub fn warnings(&self) -> Vec<String> {
        self.sip.warnings()
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("cordboard.db").display()))
    }

    pub fn media_threads(&self) -> usize {
        match self.media.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1)),
            n => n,
        }
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.limits.drain_s)
    }
}

/// An authority without its port.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Scheme, host and port of a web address, as browsers write an origin (RFC 6454 6.2).
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty() && !authority.contains('@'))?;
    let is_plain = authority.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    (matches!(scheme, "http" | "https") && is_plain).then(|| format!("{scheme}://{authority}").to_ascii_lowercase())
}

/// Puts one variable's value at `section__field` of the table.
fn overlay(table: &mut toml::Table, path: &str, value: &str) -> anyhow::Result<()> {
    let mut at = table;
    let mut parts = path.split("__").peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            // A value that is no TOML (a path, an address) is a string.
            let parsed = toml::from_str::<toml::Table>(&format!("v = {value}")).ok().and_then(|mut t| t.remove("v"));
            at.insert(part.to_owned(), parsed.unwrap_or_else(|| toml::Value::String(value.to_owned())));
            return Ok(());
        }
        let next = at.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        at = next.as_table_mut().with_context(|| format!("{part} is no section"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::read(text, env).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let env = [
            ("CORDBOARD_HTTP", "127.0.0.1:9000"),
            ("CORDBOARD_MEDIA__PORTS", "[30000, 30100]"),
            ("PATH", "/bin"),
            ("CORDBOARD_LOG", "debug"),
        ];
        let config = read("data = \"/d\"\nhttp = \"127.0.0.1:1\"", &env).unwrap();
        assert_eq!((config.http.port(), config.media.ports), (9000, (30_000, 30_100)));
        assert_eq!(config.database_url(), "sqlite:/d/cordboard.db");
        let config = read("data = \"/d\"", &[("CORDBOARD_SIP__DIGEST", "md5")]).unwrap();
        assert_eq!(config.sip.digest, DigestOffer::Md5);
    }

    #[test]
    fn cookies_are_secure_where_browsers_come_by_tls() {
        for (line, secure) in [
            ("", false),
            ("behind_tls = true", true),
            ("public_url = \"http://desk.example.com\"", false),
            ("public_url = \"https://desk.example.com\"", true),
            ("[tls]\nself_signed = true", true),
        ] {
            assert_eq!(read(&format!("data = \"/d\"\n{line}"), &[]).unwrap().secure_cookies(), secure, "{line}");
        }
    }

    #[test]
    fn a_certificate_made_here_is_for_where_browsers_come() {
        let text = "data = \"/d\"\nhttp = \"192.0.2.7:443\"\npublic_url = \"https://desk.example.com:8443\"\n[tls]\nself_signed = true\nnames = [\"cc\"]";
        let names = read(text, &[]).unwrap().certificate_names();
        let expected = ["127.0.0.1", "192.0.2.7", "::1", "cc", "desk.example.com", "localhost"];
        assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn pages_at_the_public_address_act_as_our_own() {
        let text = "data = \"/d\"\npublic_url = \"https://Desk.example.com:8443/app\"\nallowed_origins = [\"https://a.example\"]";
        assert_eq!(read(text, &[]).unwrap().origins(), ["https://a.example", "https://desk.example.com:8443"]);
        assert!(read("data = \"/d\"", &[]).unwrap().origins().is_empty());
    }

    #[test]
    fn an_error_names_the_field() {
        let table = [
            ("", "data"),
            ("data = \"/d\"\nhttpp = 1", "httpp"),
            ("data = \"/d\"\n[sip]\nlisten = \"0.0.0.0:5060\"", "sip.listen"),
            ("data = \"/d\"\n[sip]\ndigest = \"sha1\"", "digest"),
            ("data = \"/d\"\n[media]\nports = [20000, 20000]", "media.ports"),
            ("data = \"/d\"\n[media]\ncodecs = [\"PCMU\", \"GSM\"]", "media.codecs"),
            ("data = \"/d\"\n[media]\ncodecs = []", "media.codecs"),
            ("data = \"/d\"\n[media]\nwebrtc_port = 16384", "media.webrtc_port"),
            ("data = \"/d\"\n[media]\nsrtp = \"maybe\"", "srtp"),
            ("data = \"/d\"\n[media]\ntones = \"England\"", "media.tones"),
            ("data = \"/d\"\n[journal]\nmax_mib = 1", "journal.max_mib"),
            ("data = \"/d\"\nhttp = \"nowhere\"", "http"),
            ("data = \"/d\"\npublic_url = \"desk.example.com\"", "public_url"),
            ("data = \"/d\"\n[tls]\ncertificate = \"/c\"", "tls.key"),
            ("data = \"/d\"\n[tls.acme]\nnames = []", "tls.acme.names"),
            ("data = \"/d\"\n[tls.acme]\nnames = [\"192.0.2.1\"]", "tls.acme.names"),
            ("data = \"/d\"\n[tls.acme]\nnames = [\"a.example\"]", "tls.acme.agree_to_terms"),
            ("data = \"/d\"\n[tls.acme]\nnames = [\"a.example\"]\nagree_to_terms = true", "tls.redirect"),
            ("data = \"/d\"\n[tls]\nkey = \"/k\"", "tls.certificate"),
            ("data = \"/d\"\n[tls]\nkey = \"/k\"\ncertificate = \"/c\"\nself_signed = true", "tls.self_signed"),
            ("data = \"/d\"\n[tls]\nredirect = \"127.0.0.1:80\"", "tls.redirect"),
            ("data = \"/d\"\n[tls]\nself_signed = true\nplain = \"192.0.2.1:80\"", "tls.plain"),
            ("data = \"/d\"\n[tls]\nself_signed = true\nnames = [\"a b\"]", "tls.names"),
            ("data = \"/d\"\nembed_origins = [\"https://crm.example.com/page\"]", "embed_origins"),
        ];
        for (text, field) in table {
            let error = read(text, &[]).unwrap_err();
            assert!(error.contains(field), "{text}: {error}");
        }
    }
}
