//! The configuration that calls need, as an in-memory snapshot: replaced whole when something changes, never read from a database.

use crm_core::Stored;
use crm_core::dial::Place;
use crm_core::model::{Detection, DialRule, QueueOutbound, QueueVoicemail, UserRole};
use crm_core::rules::RuleSet;
use cti_media::sdp::SrtpPolicy;
use cti_sip::api::{PhoneAccount, Transport, Trunk};
use cti_types::acd::{AgentSettings, QueueSettings};
use cti_types::flow::FlowRef;
use cti_types::{AgentId, FlowId, HoursId, Number, PhoneId, QueueId, ReasonId, TeamId, TrunkId, UserId, Utc, WrapUpCodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Our numbers, by E.164 or digits as dialled.
    pub numbers: BTreeMap<String, Entry>,
    /// The live version of each flow, for callers who are sent into it.
    pub flows: BTreeMap<FlowId, Entry>,
    pub queues: BTreeMap<QueueId, Queue>,
    pub agents: BTreeMap<AgentId, Agent>,
    pub trunks: Vec<TrunkEntry>,
    pub phones: BTreeMap<PhoneId, Phone>,
    pub reasons: BTreeMap<ReasonId, String>,
    pub codes: BTreeMap<WrapUpCodeId, Code>,
    pub dialling: Dialling,
    /// What is asked of each contact whose card is shown.
    pub rules: Arc<RuleSet>,
}

/// What calls to the outside need.
#[derive(Clone, Debug, Default)]
pub struct Dialling {
    /// Who may dial what, in the order they are asked.
    pub rules: Vec<Stored<DialRule>>,
    /// When rules with hours hold.
    pub hours: BTreeMap<HoursId, Arc<ivr::Hours>>,
    /// Each agent's roles and where they sit.
    pub people: BTreeMap<UserId, Dialler>,
    /// What the calls of each queue show.
    pub callers: BTreeMap<QueueId, QueueOutbound>,
    /// How it is told who answers calls by a trunk.
    pub trunk_detects: BTreeMap<TrunkId, Detection>,
}

/// Somebody who may dial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dialler {
    pub roles: BTreeSet<UserRole>,
    pub place: Place,
}

/// Where a dialled number leads.
#[derive(Clone, Debug)]
pub struct Entry {
    pub flow: Arc<ivr::Flow>,
    /// `None` for a number that leads straight to a queue: its flow is made by us and not logged as one.
    pub version: Option<FlowRef>,
    /// The queue, for a number that leads straight to one.
    pub queue: Option<QueueId>,
    /// `en`, `zh`: the language the flow begins with.
    pub language: String,
    /// Only for calls from this trunk; `None`: from any, and from our phones.
    pub trunk: Option<TrunkId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// As configured; `open` also follows `hours`.
    pub settings: QueueSettings,
    /// When it takes work; `None`: always.
    pub hours: Option<Arc<ivr::Hours>>,
    /// Name of the music clip.
    pub music: String,
    pub recording: RecordingPolicy,
    pub voicemail: QueueVoicemail,
    pub wrap_up_required: bool,
}

/// Which calls of a queue are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingPolicy {
    Always,
    Never,
    /// Those an agent starts to record.
    OnDemand,
    /// Of every hundred calls, by chance.
    Percent(u8),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    pub settings: AgentSettings,
    /// What they sign in with, and are called by from a telephone.
    pub login: String,
    pub name: String,
    pub team: Option<TeamId>,
    /// May act as an agent (has the role and is active).
    pub active: bool,
    /// Who does not reach them may leave a message.
    pub voicemail: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TrunkEntry {
    pub trunk: Trunk,
    /// ISO 3166-1 alpha-2: how its national numbers are read.
    pub country: String,
    /// How it is reached.
    pub transport: Transport,
    /// `host` or `host:port` of a peer that is a name: its addresses are looked up while the server runs.
    pub peer_name: Option<String>,
    /// The name its certificate must be for; `None`: the host of its peer.
    pub tls_name: Option<String>,
    /// Whether its media is encrypted; `None`: as everywhere.
    pub srtp: Option<SrtpPolicy>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Phone {
    pub account: PhoneAccount,
    pub name: String,
    /// Only this user may sign in on it; `None`: any agent.
    pub owner: Option<UserId>,
    /// Whether its media is encrypted; `None`: as everywhere.
    pub srtp: Option<SrtpPolicy>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    pub name: String,
    /// Offered for this queue only; `None`: for all.
    pub queue: Option<QueueId>,
}

/// How national numbers of phones of ours and of trunks without a country are read.
pub const COUNTRY: &str = "US";

impl Queue {
    /// The settings the ACD should have at this time.
    pub fn settings_at(&self, now: Utc) -> QueueSettings {
        let within = self.hours.as_ref().is_none_or(|hours| hours.is_open(now));
        QueueSettings { open: self.settings.open && within, ..self.settings.clone() }
    }
}

impl Directory {
    pub fn country(&self, trunk: Option<TrunkId>) -> &str {
        trunk.and_then(|id| self.trunks.iter().find(|t| t.trunk.id == id)).map_or(COUNTRY, |t| t.country.as_str())
    }

    /// Where trunks are: their sources, and where calls to them go.
    pub fn known_sources(&self) -> Vec<(std::net::IpAddr, u8)> {
        let peer = |entry: &TrunkEntry| entry.trunk.peer.map(|(_, peer)| (peer.ip(), if peer.is_ipv4() { 32 } else { 128 }));
        self.trunks.iter().flat_map(|entry| entry.trunk.sources.iter().copied().chain(peer(entry))).collect()
    }

    /// The entry for a dialled number, tried as E.164 first and then as it came.
    pub fn entry(&self, called: &Number, raw: &str, trunk: Option<TrunkId>) -> Option<(&str, &Entry)> {
        let allowed = |entry: &Entry| entry.trunk.is_none() || entry.trunk == trunk;
        let by = |key: &str| self.numbers.get_key_value(key).map(|(k, v)| (k.as_str(), v)).filter(|(_, v)| allowed(v));
        called.as_str().and_then(by).or_else(|| by(raw))
    }

    /// Whether the work of this queue wants a wrap-up code.
    pub fn wants_code(&self, queue: Option<QueueId>) -> bool {
        queue.and_then(|queue| self.queues.get(&queue)).is_some_and(|queue| queue.wrap_up_required)
    }

    /// The codes an agent may choose from after a call of this queue, or of none.
    pub fn codes_for(&self, queue: Option<QueueId>) -> impl Iterator<Item = (WrapUpCodeId, &Code)> {
        self.codes.iter().filter(move |(_, code)| code.queue.is_none_or(|q| Some(q) == queue)).map(|(id, code)| (*id, code))
    }
}
