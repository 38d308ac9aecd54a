//! A desk phone's registration: REGISTER with digest (RFC 3261 10.2, RFC 7616 with MD5), written as text. No calls.

use crate::house::{PHONES, REALM, password, phone_user};
use bytes::Bytes;
use cti_types::{Chance, Tick};
use md5::{Digest, Md5};
use std::time::Duration;

pub(crate) fn md5_hex(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

/// How one phone stands with the registrar.
pub(crate) struct Registration {
    n: usize,
    cseq: u32,
    nonce: Option<String>,
    count: u32,
    /// Seconds asked for in the request under way; 0 unregisters.
    asked: u32,
    /// When the request under way was sent first: from then at the earliest the registrar counts, however late its answer arrives.
    sent: Tick,
    /// The request under way, when it is sent again, and how often it has been.
    under_way: Option<(Bytes, Tick, u32)>,
    /// When a fresh registration is due.
    pub(crate) refresh: Option<Tick>,
    /// Until when the registrar, by its own word, reaches the phone.
    pub(crate) until: Option<Tick>,
}

const RETRY: Duration = Duration::from_millis(500);
/// A request unanswered after this many sends is given up and tried anew later.
const SENDS_MAX: u32 = 8;

impl Registration {
    pub(crate) fn new(n: usize, first: Tick) -> Registration {
        Registration { n, cseq: 0, nonce: None, count: 0, asked: 0, sent: first, under_way: None, refresh: Some(first), until: None }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Tick> {
        self.under_way.as_ref().map(|(_, at, _)| *at).into_iter().chain(self.refresh).min()
    }

    /// What is to be sent now, if anything is due.
    pub(crate) fn handle_timeout(&mut self, now: Tick, chance: &mut Chance) -> Option<Bytes> {
        if self.refresh.is_some_and(|at| at <= now) {
            self.refresh = None;
            self.asked = 60 + chance.below(60) as u32;
            return Some(self.send(now, chance));
        }
        let (bytes, at, sends) = self.under_way.as_mut().filter(|(_, at, _)| *at <= now)?;
        *sends += 1;
        *at = now + RETRY.saturating_mul(1 << (*sends).min(3));
        if *sends > SENDS_MAX {
            self.under_way = None;
            self.refresh = Some(now + Duration::from_secs(5));
            return None;
        }
        Some(bytes.clone())
    }

    /// The phone takes itself out; it comes back at `back`.
    pub(crate) fn leave(&mut self, now: Tick, back: Tick, chance: &mut Chance) -> Bytes {
        self.asked = 0;
        self.refresh = Some(back);
        self.send(now, chance)
    }

    /// The registrar died and forgot the phone. Its last answer may still be on its way, but says nothing of the one that comes after:
    /// a request under way is begun anew.
    pub(crate) fn server_died(&mut self, now: Tick) {
        self.until = None;
        if self.under_way.take().is_some() {
            self.refresh.get_or_insert(now);
        }
    }

    /// No further request is begun.
    pub(crate) fn stop(&mut self) {
        self.refresh = None;
        self.under_way = None;
    }

    fn send(&mut self, now: Tick, chance: &mut Chance) -> Bytes {
        if self.asked == 0 {
            self.until = None;
        }
        self.cseq += 1;
        let (user, uri) = (phone_user(self.n), format!("sip:{REALM}"));
        let mut text = format!(
            "REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {PHONES};branch=z9hG4bK{}\r\nMax-Forwards: 70\r\nFrom: <sip:{user}@{REALM}>;tag=t{}\r\n\
             To: <sip:{user}@{REALM}>\r\nCall-ID: reg-{}\r\nCSeq: {} REGISTER\r\nContact: <sip:{user}@{PHONES}>\r\nExpires: {}\r\n",
            chance.token(12),
            self.n,
            self.n,
            self.cseq,
            self.asked
        );
        if let Some(nonce) = &self.nonce {
            self.count += 1;
            let (nc, cnonce) = (format!("{:08x}", self.count), chance.token(8));
            let ha1 = md5_hex(&format!("{user}:{REALM}:{}", password(self.n)));
            let ha2 = md5_hex(&format!("REGISTER:{uri}"));
            let response = md5_hex(&format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}"));
            text.push_str(&format!(
                "Authorization: Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", algorithm=MD5, qop=auth, \
                 nc={nc}, cnonce=\"{cnonce}\", response=\"{response}\"\r\n"
            ));
        }
        text.push_str("Content-Length: 0\r\n\r\n");
        let bytes = Bytes::from(text);
        self.sent = now;
        self.under_way = Some((bytes.clone(), now + RETRY, 0));
        bytes
    }

    /// A response to a REGISTER of this phone. What is to be sent next, if anything.
    pub(crate) fn response(&mut self, now: Tick, text: &str, chance: &mut Chance) -> Option<Bytes> {
        // RFC 3261 7.3.1: the space after the colon may be missing.
        let current = [format!("CSeq: {} REGISTER", self.cseq), format!("CSeq:{} REGISTER", self.cseq)];
        let code: u16 = text.get(8..11)?.parse().ok()?;
        if code < 200 || self.under_way.is_none() || !current.iter().any(|line| text.contains(line)) {
            return None;
        }
        self.under_way = None;
        match code {
            200 => {
                let lasts = Duration::from_secs(self.asked.into());
                if self.asked > 0 {
                    self.until = Some(self.sent + lasts);
                    self.refresh = Some(now + lasts.mul_f64(0.6));
                }
                None
            }
            401 => {
                let nonce = text.split("nonce=\"").nth(1)?.split('"').next()?;
                self.nonce = Some(nonce.to_owned());
                self.count = 0;
                Some(self.send(now, chance))
            }
            _ => {
                self.refresh.get_or_insert(now + Duration::from_secs(5));
                None
            }
        }
    }
}

/// Which phone a response to a REGISTER is for.
pub(crate) fn addressee(text: &str) -> Option<usize> {
    let is_response = text.starts_with("SIP/2.0 ") && text.contains(" REGISTER\r\n");
    // In the long form or, from a server that saves bytes, the compact one.
    let number = |line: &str| line.strip_prefix("Call-ID: reg-").or(line.strip_prefix("i:reg-"))?.parse().ok();
    if is_response { text.split("\r\n").find_map(number) } else { None }
}
