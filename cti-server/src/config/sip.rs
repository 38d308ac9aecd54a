//! Where SIP is spoken: addresses, transports, what the far side is told of them. Opens nothing and reads no certificate.

use anyhow::{Context, bail, ensure};
use cti_sip::api::Transport;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Most interfaces; each is a thread or a listening task.
const INTERFACES_MAX: usize = 64;
/// Most name servers; with more a dead name would take minutes to be found out.
const NAME_SERVERS_MAX: usize = 8;
const DNS_PORT: u16 = 53;
/// RFC 4028 4: nobody should ask for a shorter session.
const MIN_SE_S: u64 = 90;
/// Shorter sessions would end calls for a few lost packets.
const SESSION_LEAST_S: u64 = 4;
/// Longer ones would hardly ever find out who is gone.
const SESSION_MOST_S: u64 = 86_400;

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipConfig {
    /// UDP and TCP on one address, which is all that most sites need. An address, not 0.0.0.0: it is written into messages.
    /// By default 127.0.0.1:5060, when there is no `interface` either.
    pub listen: Option<SocketAddr>,
    /// The public address of `listen` behind NAT.
    pub advertised: Option<IpAddr>,
    /// Further addresses, each with its own transports and public address.
    pub interface: Vec<InterfaceConfig>,
    /// Digest realm. Changing it makes every phone's password invalid.
    pub realm: String,
    /// What phones are challenged with.
    pub digest: DigestOffer,
    /// How long a call lasts without a sign of its far side (RFC 4028), in seconds: it is asked before half this time, and ended when it does
    /// not answer.
    pub session_expires_s: u64,
    /// The shortest such time granted to who asks for less, in seconds.
    pub min_se_s: u64,
    /// Name servers that trunks' names are looked up with, `192.0.2.53` or `192.0.2.53:53`; by default those of the machine.
    pub dns: Vec<String>,
    /// How trunks are reached over TLS.
    pub trunk_tls: TrunkTlsConfig,
}

/// Our side of TLS to trunks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrunkTlsConfig {
    /// Whose certificates are believed, PEM; by default the machine's roots.
    pub roots: Option<PathBuf>,
    /// Our certificate and its chain, PEM, for trunks that ask for one.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
}

/// One address on which SIP is spoken.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterfaceConfig {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    #[serde(default = "udp_and_tcp")]
    pub transports: Vec<SipTransport>,
    /// What Via, Contact and SDP say instead of the address, for NAT.
    #[serde(default)]
    pub public_ip: Option<IpAddr>,
    /// Where the media of calls signalled here is bound; by default the interface's own address.
    #[serde(default)]
    pub rtp_ip: Option<IpAddr>,
    /// What SDP says, when that is neither `public_ip` nor the address the media is bound to.
    #[serde(default)]
    pub rtp_public_ip: Option<IpAddr>,
    /// The certificate and its chain, PEM, the server's own first: for `tls` and `wss`.
    #[serde(default)]
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(default)]
    pub key: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SipTransport {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

impl From<SipTransport> for Transport {
    fn from(transport: SipTransport) -> Transport {
        match transport {
            SipTransport::Udp => Transport::Udp,
            SipTransport::Tcp => Transport::Tcp,
            SipTransport::Tls => Transport::Tls,
            SipTransport::Ws => Transport::Ws,
            SipTransport::Wss => Transport::Wss,
        }
    }
}

/// The digest algorithms offered to phones. Either is taken from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum DigestOffer {
    /// SHA-256, and MD5 for who doesn't know it (RFC 8760).
    #[default]
    #[serde(rename = "sha256")]
    Sha256AndMd5,
    /// For phones that give up when they are offered anything but MD5, as baresip before 2.0 does.
    #[serde(rename = "md5")]
    Md5,
}

impl Default for SipConfig {
    fn default() -> SipConfig {
        SipConfig {
            listen: None,
            advertised: None,
            interface: Vec::new(),
            realm: "cordboard".into(),
            digest: DigestOffer::default(),
            session_expires_s: 1800,
            min_se_s: MIN_SE_S,
            dns: Vec::new(),
            trunk_tls: TrunkTlsConfig::default(),
        }
    }
}

fn udp_and_tcp() -> Vec<SipTransport> {
    vec![SipTransport::Udp, SipTransport::Tcp]
}

impl InterfaceConfig {
    /// UDP and TCP on this address.
    pub fn simple(address: SocketAddr, public_ip: Option<IpAddr>) -> InterfaceConfig {
        InterfaceConfig { address, transports: udp_and_tcp(), public_ip, rtp_ip: None, rtp_public_ip: None, certificate: None, key: None }
    }

    /// Where the media of its calls is bound.
    pub fn media_ip(&self) -> IpAddr {
        self.rtp_ip.unwrap_or(self.address.ip())
    }

    /// What SDP says.
    pub fn media_public(&self) -> IpAddr {
        self.rtp_public_ip.or(self.public_ip).unwrap_or(self.media_ip())
    }

    fn check(&self) -> anyhow::Result<()> {
        let ip = self.address.ip();
        ensure!(!ip.is_unspecified(), "address: name the address phones and trunks reach, not {ip}: it is written into messages");
        for (field, given) in [("public_ip", self.public_ip), ("rtp_ip", self.rtp_ip), ("rtp_public_ip", self.rtp_public_ip)] {
            let Some(given) = given else { continue };
            ensure!(!given.is_unspecified(), "{field}: {given} is no address that can be reached");
            ensure!(given.is_ipv4() == ip.is_ipv4(), "{field}: {given} must be of the same kind, IPv4 or IPv6, as the address {ip}");
        }
        ensure!(!self.transports.is_empty(), "transports: name at least one of udp, tcp, tls, ws, wss");
        let streams = self.transports.iter().filter(|t| **t != SipTransport::Udp).count();
        ensure!(streams <= 1, "transports: tcp, tls, ws and wss need a port each; give each an interface of its own");
        ensure!(self.transports.len() - streams <= 1, "transports: udp is named twice");
        let secure = self.transports.iter().any(|t| Transport::from(*t).is_secure());
        for (field, given) in [("certificate", &self.certificate), ("key", &self.key)] {
            ensure!(given.is_some() || !secure, "{field}: tls and wss need a PEM file");
            ensure!(given.is_none() || secure, "{field}: is of use for tls and wss only");
        }
        Ok(())
    }
}

impl SipConfig {
    /// All interfaces: `listen` first, which is also where the demo's own phones go.
    pub fn interfaces(&self) -> Vec<InterfaceConfig> {
        let usual = SocketAddr::from(([127, 0, 0, 1], 5060));
        let simple = self.listen.or(self.interface.is_empty().then_some(usual));
        simple.map(|address| InterfaceConfig::simple(address, self.advertised)).into_iter().chain(self.interface.iter().cloned()).collect()
    }

    /// The name servers to ask.
    ///
    /// # Errors
    /// Names the entry that is no address.
    pub fn name_servers(&self) -> anyhow::Result<Vec<SocketAddr>> {
        ensure!(self.dns.len() <= NAME_SERVERS_MAX, "sip.dns: at most {NAME_SERVERS_MAX}");
        let read = |text: &String| text.parse().or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT)));
        self.dns.iter().map(|text| read(text).with_context(|| format!("sip.dns: {text} is no address"))).collect()
    }

    /// What is allowed but should be looked at.
    pub(super) fn warnings(&self) -> Vec<String> {
        let short = self.min_se_s < MIN_SE_S;
        let text = || {
            format!(
                "sip.min_se_s: {} is below the {MIN_SE_S} s of RFC 4028; calls may then cost a message every few seconds",
                self.min_se_s
            )
        };
        short.then(text).into_iter().collect()
    }

    fn check_sessions(&self) -> anyhow::Result<()> {
        let (expires, min) = (self.session_expires_s, self.min_se_s);
        ensure!(
            (SESSION_LEAST_S..=SESSION_MOST_S).contains(&min),
            "sip.min_se_s: {min} is not between {SESSION_LEAST_S} and {SESSION_MOST_S}; the standard asks for {MIN_SE_S}"
        );
        ensure!(
            (min..=SESSION_MOST_S).contains(&expires),
            "sip.session_expires_s: {expires} is not between sip.min_se_s, which is {min}, and {SESSION_MOST_S}"
        );
        Ok(())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.realm.is_empty() || self.realm.contains(['"', '\\', '\r', '\n']) {
            bail!("sip.realm: must not be empty, nor contain quotes or line breaks");
        }
        ensure!(self.interface.len() <= INTERFACES_MAX, "sip.interface: at most {INTERFACES_MAX}");
        ensure!(
            self.advertised.is_none() || self.listen.is_some() || self.interface.is_empty(),
            "sip.advertised: belongs to sip.listen, which is not given; the interfaces have public_ip"
        );
        self.check_sessions()?;
        self.name_servers()?;
        ensure!(
            self.trunk_tls.certificate.is_some() == self.trunk_tls.key.is_some(),
            "sip.trunk_tls: certificate and key are of use together only"
        );
        let all = self.interfaces();
        let simple = all.len() - self.interface.len();
        let named = |at: usize| if at < simple { "sip.listen".to_owned() } else { format!("sip.interface[{}]", at - simple) };
        for (at, interface) in all.iter().enumerate() {
            interface.check().with_context(|| named(at))?;
            for (other_at, other) in all.iter().enumerate().take(at) {
                let together =
                    |what: &str| format!("{}: {what} differs from that of {}, which has the same address", named(at), named(other_at));
                if other.address.ip() == interface.address.ip() {
                    ensure!(other.public_ip == interface.public_ip, together("public_ip"));
                    ensure!(other.media_ip() == interface.media_ip(), together("rtp_ip"));
                    ensure!(other.media_public() == interface.media_public(), together("rtp_public_ip"));
                }
                let udp = |i: &InterfaceConfig| i.transports.contains(&SipTransport::Udp);
                let stream = |i: &InterfaceConfig| i.transports.iter().any(|t| *t != SipTransport::Udp);
                let same = other.address == interface.address && interface.address.port() != 0;
                let clash = same && (udp(other) && udp(interface) || stream(other) && stream(interface));
                ensure!(!clash, "{}.address: {} is taken by {} already", named(at), interface.address, named(other_at));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SipConfig, String> {
        let config: SipConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map_err(|error| format!("{error:#}"))?;
        Ok(config)
    }

    #[test]
    fn without_anything_the_usual_address_is_taken() {
        let interfaces = read("").unwrap().interfaces();
        assert_eq!(interfaces, [InterfaceConfig::simple("127.0.0.1:5060".parse().unwrap(), None)]);
    }

    #[test]
    fn listen_stands_before_the_interfaces_and_may_be_missing() {
        let two = "[[interface]]\naddress = \"10.0.0.5:5060\"\npublic_ip = \"203.0.113.7\"\n\
             [[interface]]\naddress = \"[2001:db8::5]:5062\"\ntransports = [\"udp\"]\nrtp_ip = \"2001:db8::6\"";
        let addresses = |text: &str| read(text).unwrap().interfaces().iter().map(|i| i.address.to_string()).collect::<Vec<_>>();
        assert_eq!(addresses(two), ["10.0.0.5:5060", "[2001:db8::5]:5062"]);
        assert_eq!(addresses(&format!("listen = \"192.0.2.5:5060\"\n{two}")), ["192.0.2.5:5060", "10.0.0.5:5060", "[2001:db8::5]:5062"]);
        let media: Vec<_> =
            read(two).unwrap().interfaces().iter().map(|i| (i.media_ip().to_string(), i.media_public().to_string())).collect();
        let said = [("10.0.0.5", "203.0.113.7"), ("2001:db8::6", "2001:db8::6")];
        assert_eq!(media, said.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_session_shorter_than_the_standards_is_taken_with_a_warning() {
        let usual = read("").unwrap();
        assert_eq!((usual.session_expires_s, usual.min_se_s, usual.warnings().len()), (1800, 90, 0));
        let short = read("session_expires_s = 6\nmin_se_s = 4").unwrap();
        assert!(short.warnings()[0].contains("sip.min_se_s"), "{:?}", short.warnings());
    }

    #[test]
    fn an_error_names_the_interface_and_the_field() {
        let one = |rest: &str| format!("[[interface]]\naddress = \"10.0.0.5:5060\"\n{rest}");
        let table = [
            ("listen = \"0.0.0.0:5060\"".to_owned(), "sip.listen: address"),
            ("[[interface]]\naddress = \"[::]:5060\"".to_owned(), "sip.interface[0]: address"),
            (one("transports = []"), "sip.interface[0]: transports"),
            (one("transports = [\"tcp\", \"ws\"]"), "sip.interface[0]: transports"),
            (one("transports = [\"udp\", \"udp\"]"), "sip.interface[0]: transports"),
            (one("transports = [\"sctp\"]"), "sctp"),
            (one("public_ip = \"2001:db8::1\""), "sip.interface[0]: public_ip"),
            (one("rtp_ip = \"0.0.0.0\""), "sip.interface[0]: rtp_ip"),
            (one("transports = [\"tls\"]\nkey = \"/k\""), "sip.interface[0]: certificate"),
            (one("transports = [\"wss\"]\ncertificate = \"/c\""), "sip.interface[0]: key"),
            (one("key = \"/k\""), "sip.interface[0]: key"),
            (format!("{}\n{}", one(""), one("transports = [\"udp\"]")), "sip.interface[1].address"),
            (format!("{}\n[[interface]]\naddress = \"10.0.0.5:5070\"\npublic_ip = \"192.0.2.1\"", one("")), "sip.interface[1]: public_ip"),
            (format!("advertised = \"192.0.2.1\"\n{}", one("")), "sip.advertised"),
            (one("colour = 1"), "colour"),
            ("session_expires_s = 0".to_owned(), "sip.session_expires_s"),
            ("session_expires_s = 89".to_owned(), "sip.session_expires_s"),
            ("session_expires_s = 86401".to_owned(), "sip.session_expires_s"),
            ("min_se_s = 3".to_owned(), "sip.min_se_s"),
            ("dns = [\"dns.example\"]".to_owned(), "sip.dns"),
            ("[trunk_tls]\nkey = \"/k\"".to_owned(), "sip.trunk_tls"),
        ];
        for (text, field) in table {
            let error = read(&text).unwrap_err();
            assert!(error.contains(field), "{text}: {error}");
        }
    }
}
