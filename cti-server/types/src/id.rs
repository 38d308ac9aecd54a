//! Typed identifiers (UUIDv7, RFC 9562 5.7) and the one source of chance.

use crate::time::Utc;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The source of chance that rooms are handed. Seeded from the operating system in production (so tags, nonces and
/// tokens drawn from it cannot be guessed) and from a number in the simulator.
#[derive(Clone, Debug)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// A repeatable source for tests and the simulator.
    pub fn from_number(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }
    /// The production source; `seed` comes from the operating system.
    pub fn from_seed(seed: [u8; 32]) -> Chance {
        Chance(ChaCha8Rng::from_seed(seed))
    }
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    pub fn u32(&mut self) -> u32 {
        self.0.next_u32()
    }
    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Multiply-shift: the bias of 2^-64 * bound is far below anything a caller could notice.
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }
    /// `len` characters of lower-case base 32 (5 bits each): tags, branches, tokens.
    pub fn token(&mut self, len: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        (0..len).map(|_| ALPHABET[(self.0.next_u32() & 31) as usize] as char).collect()
    }
    /// A UUIDv7 for the given time.
    pub fn uuid(&mut self, at: Utc) -> Uuid {
        let random = self.bytes::<10>();
        uuid::Builder::from_unix_timestamp_millis(at.ms().max(0) as u64, &random).into_uuid()
    }
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new(at: Utc, chance: &mut Chance) -> Self {
                Self(chance.uuid(at))
            }
            /// A fixed id for tables in tests.
            pub const fn from_u128(n: u128) -> Self {
                Self(Uuid::from_u128(n))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    )*};
}

id! {
    /// One customer contact on one channel, from arrival to closure.
    InteractionId,
    /// One party in an interaction, from joining to leaving.
    ParticipantId,
    /// One demand for an agent.
    WorkItemId,
    /// A work item held out to one agent.
    OfferId,
    /// An accepted offer: owns the agent's wrap-up.
    AssignmentId,
    /// A connection patched into an interaction (one SIP INVITE session).
    LegId,
    /// One recording of an interaction; it has parts.
    RecordingId,
    /// One playback on a leg.
    PlayId,
    /// A person who may sign in. An agent is a user with a telephone.
    UserId,
    QueueId,
    SkillId,
    TeamId,
    SiteId,
    TrunkId,
    /// A desk phone's account.
    PhoneId,
    /// A dialled number (DID) of ours.
    NumberId,
    FlowId,
    ReasonId,
    WrapUpCodeId,
    HoursId,
    CustomerId,
    ContactPointId,
    /// An erasable row that holds one personal value; events refer to it instead of holding the value.
    PersonalId,
    /// A rule that says why somebody probably calls, or what to offer them.
    RuleId,
}

/// An agent is a user who may take work; the id is the same.
pub type AgentId = UserId;

/// Which owner of a room, or of a stream, is speaking: grows with every server that takes it over, so that what an earlier owner
/// said, and what was said to it, is known as old. 0: nobody yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnerEpoch(pub u32);

impl OwnerEpoch {
    /// Of a server that starts now: seconds since 1970, which grow from start to start and fit until the year 2106.
    pub fn at_start(now: Utc) -> OwnerEpoch {
        OwnerEpoch(u32::try_from(now.ms().max(0) / 1000).unwrap_or(u32::MAX))
    }
}
