//! Whom the endpoint turned away and why, for the administrator who must find out why a telephone or a trunk does not get in. It decides
//! nothing and answers nobody.
//!
//! What repeats is one entry with a count. Trunks, accounts of ours and strangers have places of their own, so that a flood of the one
//! does not push the others out.

use crate::api::Path;
use bytes::Bytes;
use cti_types::{PhoneId, TrunkId, Utc};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Entries of each kind of sender; one more, and that which came last least recently is forgotten.
const ENTRIES_MAX: usize = 64;
/// Bytes kept of the last request of an entry; what is behind is cut off.
const TEXT_BYTES_MAX: usize = 2 * 1024;
/// Bytes kept of a reason phrase of ours.
const PHRASE_BYTES_MAX: usize = 200;

/// Who sent a request, as far as it is known: nothing of it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// From an address of the trunk.
    Trunk(TrunkId),
    /// Names this account.
    Phone(PhoneId),
    Stranger,
}

/// Why a request was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turned {
    /// Challenged, and the challenge was never answered.
    NoCredentials,
    /// The challenge was answered with a name that is no account.
    UnknownName,
    /// The name is right and the password wrong, or the nonce was used before.
    WrongPassword,
    /// Too many wrong passwords came before: not looked at, and not answered.
    Slowed,
    /// Answered with a code that says why.
    Answered,
}

impl Turned {
    pub fn word(self) -> &'static str {
        match self {
            Turned::NoCredentials => "no_credentials",
            Turned::UnknownName => "unknown_name",
            Turned::WrongPassword => "wrong_password",
            Turned::Slowed => "slowed",
            Turned::Answered => "answered",
        }
    }
}

/// Requests of one sender that were turned away for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    pub sender: Sender,
    pub turned: Turned,
    /// `INVITE`, …; empty for a method we do not know.
    pub method: &'static str,
    /// The answer; 0 when there was none.
    pub code: u16,
    pub phrase: Cow<'static, str>,
    /// Of the last one.
    pub path: Path,
    /// The last one, as it was on the wire, or its beginning. Its secrets are in it.
    pub bytes: Bytes,
    pub count: u64,
    pub first: Utc,
    pub last: Utc,
}

/// Totals since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedCounts {
    /// Requests without credentials, which every honest telephone sends first.
    pub challenged: u64,
    /// Unknown names and wrong passwords.
    pub wrong_credentials: u64,
    pub slowed: u64,
    /// Answered with another refusal.
    pub refused: u64,
}

type Key = (Sender, IpAddr, &'static str, Turned, u16);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    trunks: BTreeMap<Key, TurnedAway>,
    phones: BTreeMap<Key, TurnedAway>,
    strangers: BTreeMap<Key, TurnedAway>,
    counts: RefusedCounts,
}

impl Refused {
    pub(crate) fn counts(&self) -> RefusedCounts {
        self.counts
    }

    /// All entries, those of trunks first, then those that name an account; of each the latest first.
    pub(crate) fn entries(&self) -> Vec<TurnedAway> {
        let mut all = Vec::new();
        for kind in [&self.trunks, &self.phones, &self.strangers] {
            let mut entries: Vec<TurnedAway> = kind.values().cloned().collect();
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.last));
            all.append(&mut entries);
        }
        all
    }

    /// Notes one more; `count`, `first` are set here.
    pub(crate) fn note(&mut self, mut entry: TurnedAway) {
        let total = match entry.turned {
            Turned::NoCredentials => &mut self.counts.challenged,
            Turned::UnknownName | Turned::WrongPassword => &mut self.counts.wrong_credentials,
            Turned::Slowed => &mut self.counts.slowed,
            Turned::Answered => &mut self.counts.refused,
        };
        *total += 1;
        if entry.bytes.len() > TEXT_BYTES_MAX || entry.path.transport.is_reliable() {
            // Of a stream it shares a buffer that may be far larger.
            entry.bytes = Bytes::copy_from_slice(entry.bytes.get(..TEXT_BYTES_MAX).unwrap_or(&entry.bytes));
        }
        if entry.phrase.len() > PHRASE_BYTES_MAX {
            entry.phrase = entry.phrase.chars().take(PHRASE_BYTES_MAX / 4).collect::<String>().into();
        }
        let kind = match entry.sender {
            Sender::Trunk(_) => &mut self.trunks,
            Sender::Phone(_) => &mut self.phones,
            Sender::Stranger => &mut self.strangers,
        };
        let key = (entry.sender, entry.path.remote.ip().to_canonical(), entry.method, entry.turned, entry.code);
        if let Some(known) = kind.get(&key) {
            (entry.first, entry.count) = (known.first, known.count.saturating_add(1));
        } else {
            (entry.first, entry.count) = (entry.last, 1);
            if kind.len() >= ENTRIES_MAX {
                let oldest = kind.iter().min_by_key(|(_, entry)| entry.last).map(|(key, _)| *key);
                if let Some(oldest) = oldest {
                    kind.remove(&oldest);
                }
            }
        }
        kind.insert(key, entry);
    }

    /// The phone has proved who it is: its challenge from there was answered after all.
    pub(crate) fn proved(&mut self, phone: PhoneId, ip: IpAddr) {
        if self.phones.is_empty() {
            return;
        }
        let ip = ip.to_canonical();
        self.phones
            .retain(|(sender, from, _, turned, _), _| *sender != Sender::Phone(phone) || *from != ip || *turned != Turned::NoCredentials);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Transport;

    fn entry(sender: Sender, ip: u32, turned: Turned, second: i64) -> TurnedAway {
        let remote = (std::net::Ipv4Addr::from_bits(ip), 5060).into();
        let local = "198.51.100.1:5060".parse().unwrap();
        let path = Path { transport: Transport::Udp, local, remote, stream: None };
        let (phrase, bytes) = ("Unauthorized".into(), Bytes::from_static(b"REGISTER sip:a SIP/2.0\r\n"));
        TurnedAway { sender, turned, method: "REGISTER", code: 401, phrase, path, bytes, count: 0, first: Utc(0), last: Utc(second) }
    }

    const PHONE: Sender = Sender::Phone(PhoneId::from_u128(1));

    #[test]
    fn what_repeats_is_counted_in_one_entry() {
        let mut refused = Refused::default();
        for second in 5..8 {
            refused.note(entry(PHONE, 1, Turned::WrongPassword, second));
        }
        let all = refused.entries();
        assert_eq!((all.len(), all[0].count, all[0].first, all[0].last), (1, 3, Utc(5), Utc(7)));
        assert_eq!(refused.counts(), RefusedCounts { wrong_credentials: 3, ..RefusedCounts::default() });
    }

    #[test]
    fn a_flood_of_strangers_pushes_out_neither_a_telephone_nor_a_trunk() {
        let mut refused = Refused::default();
        refused.note(entry(PHONE, 1, Turned::WrongPassword, 0));
        refused.note(entry(Sender::Trunk(TrunkId::from_u128(1)), 2, Turned::Answered, 0));
        for ip in 0..10_000 {
            refused.note(entry(Sender::Stranger, 100 + ip, Turned::NoCredentials, 1 + i64::from(ip)));
        }
        let all = refused.entries();
        assert_eq!(all.len(), 2 + ENTRIES_MAX);
        assert!(matches!(all[0].sender, Sender::Trunk(_)) && all[1].sender == PHONE);
        assert_eq!((all[2].last, refused.counts().challenged), (Utc(10_000), 10_000));
    }

    #[test]
    fn an_honest_telephones_first_request_leaves_no_trace() {
        let mut refused = Refused::default();
        refused.note(entry(PHONE, 1, Turned::NoCredentials, 0));
        refused.note(entry(PHONE, 2, Turned::NoCredentials, 0));
        refused.note(entry(PHONE, 1, Turned::WrongPassword, 1));
        refused.proved(PhoneId::from_u128(1), IpAddr::V4(std::net::Ipv4Addr::from_bits(1)));
        let left: Vec<Turned> = refused.entries().iter().map(|entry| entry.turned).collect();
        assert_eq!(left, [Turned::WrongPassword, Turned::NoCredentials]);
    }

    #[test]
    fn a_long_request_is_kept_in_part() {
        let mut refused = Refused::default();
        let long = TurnedAway { bytes: vec![b'x'; 60_000].into(), ..entry(Sender::Stranger, 1, Turned::Answered, 0) };
        refused.note(long);
        assert_eq!(refused.entries()[0].bytes.len(), TEXT_BYTES_MAX);
    }
}
