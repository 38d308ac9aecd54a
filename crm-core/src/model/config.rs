//! What calls need: queues, skills, reasons, codes, numbers, trunks, phones, flows. Rules of the fields only.

use super::outbound::check_tls_name;
use super::people::{check_skills, english, skill_references, yes};
use super::{
    Check, Clash, Column, Credential, Kind, QueueOutbound, QueueVoicemail, Reference, Resource, Secret, SkillLevel, SrtpRule,
    TrunkOutbound, UsedBy, columns,
};
use cti_types::{FlowId, HoursId, NumberId, PhoneId, QueueId, ReasonId, SiteId, SkillId, TrunkId, UserId, Utc, WrapUpCodeId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Something agents can be good at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    pub name: String,
}

impl Resource for Skill {
    type Id = SkillId;
    const KIND: Kind = Kind::Skill;
    const TABLE: &'static str = "skill";
    const COLUMNS: &'static [Column] = columns!(name: Text);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "app_user", column: "skills" }, UsedBy { table: "queue", column: "skills" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }
}

/// Why an agent is not ready, to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    pub name: String,
    /// Place in the list, smallest first.
    #[serde(default)]
    pub sort: i64,
    #[serde(default = "yes")]
    pub active: bool,
}

impl Resource for Reason {
    type Id = ReasonId;
    const KIND: Kind = Kind::Reason;
    const TABLE: &'static str = "reason";
    const COLUMNS: &'static [Column] = columns!(name: Text, sort: Int, active: Bool);

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }
}

/// What came of a contact, to choose from in wrap-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrapUpCode {
    pub name: String,
    /// Offered for work of this queue only; `None`: for all.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default = "yes")]
    pub active: bool,
}

impl Resource for WrapUpCode {
    type Id = WrapUpCodeId;
    const KIND: Kind = Kind::WrapUpCode;
    const TABLE: &'static str = "wrap_up_code";
    const COLUMNS: &'static [Column] = columns!(name: Text, queue_id: Text, active: Bool);

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }

    fn references(&self) -> Vec<Reference> {
        self.queue_id.iter().map(|id| Reference { field: "queue_id".into(), table: "queue", id: id.to_string() }).collect()
    }
}

/// Where work goes at a limit of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum OverflowTo {
    /// Into another queue, keeping its age.
    Queue {
        #[schema(value_type = Uuid)]
        queue: QueueId,
    },
    /// Back to its flow.
    Flow,
    /// Its caller may leave a message for this queue.
    Voicemail,
    /// Its caller may leave a message for this agent, whether or not they take messages of failed transfers. While they are not active, it
    /// goes back to its flow.
    AgentVoicemail {
        #[schema(value_type = Uuid)]
        agent: UserId,
    },
}

/// Which calls of a queue are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "policy", rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordingPolicy {
    Always,
    Never,
    /// Those an agent starts to record.
    OnDemand,
    /// A random share.
    Percent {
        percent: u8,
    },
}

/// How a queue orders its waiting work. A flow may credit a caller with waiting they have not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum QueueOrdering {
    /// Higher priority first; within it by time waited plus credit.
    Priority,
    /// By the caller's priority times `weight_s`, plus seconds waited, plus credit: a step of priority is worth so much waiting and
    /// no more. Beside other queues this one's work stands at the queue's own priority.
    Score {
        /// 0–86,400.
        weight_s: u32,
    },
}

/// A line of waiting work and how it is served.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub name: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub site_id: Option<SiteId>,
    /// IANA time zone of its days in reports.
    #[serde(default = "utc_zone")]
    pub zone: String,
    /// What every item of it needs.
    #[serde(default)]
    pub skills: Vec<SkillLevel>,
    /// 0–9, added to the item's own; higher is served first.
    #[serde(default)]
    pub priority: u8,
    /// How who waits is ordered.
    #[serde(default = "by_priority")]
    pub ordering: QueueOrdering,
    /// How long an offer may ring, ms.
    #[serde(default = "offer_timeout")]
    pub offer_timeout_ms: u64,
    /// Longest wrap-up, ms; 0: none.
    #[serde(default = "wrap_up_max")]
    pub wrap_up_max_ms: u64,
    /// A code must be set before wrap-up can be finished.
    #[serde(default)]
    pub wrap_up_required: bool,
    /// Longest wait, ms, then `overflow`.
    #[serde(default)]
    pub wait_max_ms: Option<u64>,
    /// Most items waiting.
    #[serde(default)]
    pub size_max: Option<u32>,
    /// Nobody signed in: refuse, and send away who waits.
    #[serde(default)]
    pub leave_when_unstaffed: bool,
    #[serde(default = "to_flow")]
    pub overflow: OverflowTo,
    /// Unset while it takes no new work.
    #[serde(default = "yes")]
    pub open: bool,
    /// Name of the clip played to who waits.
    #[serde(default = "music")]
    pub music: String,
    #[serde(default = "always")]
    pub recording: RecordingPolicy,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub hours_id: Option<HoursId>,
    /// What its calls to the outside show.
    #[serde(default)]
    pub outbound: QueueOutbound,
    /// How it takes messages, as the end of an overflow or by a transfer.
    #[serde(default)]
    pub voicemail: QueueVoicemail,
}

fn utc_zone() -> String {
    "UTC".to_owned()
}
fn by_priority() -> QueueOrdering {
    QueueOrdering::Priority
}
fn offer_timeout() -> u64 {
    20_000
}
fn wrap_up_max() -> u64 {
    60_000
}
fn to_flow() -> OverflowTo {
    OverflowTo::Flow
}
fn music() -> String {
    "music/default".to_owned()
}
fn always() -> RecordingPolicy {
    RecordingPolicy::Always
}

/// A day in ms: no wait, wrap-up or ring lasts longer.
const DAY_MS: i64 = 86_400_000;

impl Resource for Queue {
    type Id = QueueId;
    const KIND: Kind = Kind::Queue;
    const TABLE: &'static str = "queue";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, site_id: Text, zone: Text, skills: Json, priority: Int, offer_timeout_ms: Int, wrap_up_max_ms: Int,
        wrap_up_required: Bool, wait_max_ms: Int, size_max: Int, leave_when_unstaffed: Bool, overflow: Json, open: Bool, music: Text,
        recording: Json, hours_id: Text, ordering: Json, outbound: Json, voicemail: Json,
    );
    const MERGED: &'static [&'static str] = &["outbound"];
    const USED_BY: &'static [UsedBy] = &[
        UsedBy { table: "app_user", column: "queues" },
        UsedBy { table: "queue", column: "overflow" },
        UsedBy { table: "number", column: "entry" },
        UsedBy { table: "wrap_up_code", column: "queue_id" },
        UsedBy { table: "rule", column: "queues" },
        UsedBy { table: "script", column: "queue_id" },
    ];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        self.outbound.check(check);
        self.voicemail.check(check);
        check.zone("zone", &self.zone);
        check_skills(check, "skills", &self.skills);
        check.range("priority", i64::from(self.priority), 0, 9);
        if let QueueOrdering::Score { weight_s } = self.ordering {
            check.range("ordering.weight_s", i64::from(weight_s), 0, DAY_MS / 1_000);
        }
        check.range("offer_timeout_ms", self.offer_timeout_ms as i64, 1_000, 600_000);
        check.range("wrap_up_max_ms", self.wrap_up_max_ms as i64, 0, DAY_MS);
        check.range("wait_max_ms", self.wait_max_ms.unwrap_or(1_000) as i64, 1_000, DAY_MS);
        check.range("size_max", i64::from(self.size_max.unwrap_or(1)), 1, 1_000_000);
        check.line("music", &self.music, 200);
        if let RecordingPolicy::Percent { percent } = self.recording {
            check.range("recording.percent", i64::from(percent), 0, 100);
        }
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> = skill_references("skills", &self.skills).collect();
        all.extend(self.site_id.iter().map(|id| Reference { field: "site_id".into(), table: "site", id: id.to_string() }));
        all.extend(self.hours_id.iter().map(|id| Reference { field: "hours_id".into(), table: "hours", id: id.to_string() }));
        match self.overflow {
            OverflowTo::Queue { queue } => all.push(Reference { field: "overflow.queue".into(), table: "queue", id: queue.to_string() }),
            OverflowTo::AgentVoicemail { agent } => {
                all.push(Reference { field: "overflow.agent".into(), table: "app_user", id: agent.to_string() });
            }
            OverflowTo::Flow | OverflowTo::Voicemail => {}
        }
        all
    }
}

/// Where a call to a number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    Flow {
        #[schema(value_type = Uuid)]
        flow: FlowId,
    },
    Queue {
        #[schema(value_type = Uuid)]
        queue: QueueId,
    },
}

/// A number of ours that callers dial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// E.164 with `+`, or the digits the trunk sends: `+`, digits, `*`, `#`, at most 32.
    pub number: String,
    #[serde(default)]
    pub name: String,
    pub entry: Entry,
    #[serde(default = "english")]
    pub language: String,
    /// Only for calls from this trunk; `None`: from any.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub trunk_id: Option<TrunkId>,
    #[serde(default = "yes")]
    pub active: bool,
}

impl Resource for Number {
    type Id = NumberId;
    const KIND: Kind = Kind::Number;
    const TABLE: &'static str = "number";
    const COLUMNS: &'static [Column] = columns!(number: Text, name: Text, entry: Json, language: Text, trunk_id: Text, active: Bool);
    const SEARCH: &'static str = "number";

    fn check(&mut self, check: &mut Check) {
        self.number.retain(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'));
        let digits = self.number.strip_prefix('+').unwrap_or(&self.number);
        let right = (1..=32).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#'));
        check.that(right, "number", "write it as +442079460000, or as the trunk sends it");
        check.line("name", &self.name, 100);
        check.language("language", &self.language);
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> =
            self.trunk_id.iter().map(|id| Reference { field: "trunk_id".into(), table: "trunk", id: id.to_string() }).collect();
        all.push(match self.entry {
            Entry::Flow { flow } => Reference { field: "entry.flow".into(), table: "flow", id: flow.to_string() },
            Entry::Queue { queue } => Reference { field: "entry.queue".into(), table: "queue", id: queue.to_string() },
        });
        all
    }
}

/// How SIP reaches a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    Udp,
    Tcp,
    /// From an interface of ours that speaks TLS; the connection is kept open.
    Tls,
}

/// A line to the outside, known by the addresses it sends from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    pub name: String,
    /// Addresses or networks its requests come from: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`.
    pub sources: Vec<String>,
    /// Only from this port, where several trunks share an address.
    #[serde(default)]
    pub source_port: Option<u16>,
    #[serde(default = "udp")]
    pub transport: Transport,
    /// Where our own requests go: `host:port`, or a host whose NAPTR and SRV records say where; `None`: it only sends.
    #[serde(default)]
    pub peer: Option<String>,
    /// With TLS, the name its certificate must be for, where that is not the host of `peer`.
    #[serde(default)]
    pub tls_name: Option<String>,
    /// Whether its media is encrypted; `None`: as the server is set up.
    #[serde(default)]
    pub srtp: Option<SrtpRule>,
    /// Most calls at once; one more is refused with 503.
    #[serde(default = "calls_max")]
    pub calls_max: u32,
    /// Its caller identities are believed (RFC 3325), and how it says that its calls were redirected.
    #[serde(default)]
    pub trusted: bool,
    /// ISO 3166-1 alpha-2: how its national numbers are read.
    pub country: String,
    #[serde(default = "yes")]
    pub active: bool,
    /// How calls of ours go out by it.
    #[serde(default)]
    pub outbound: TrunkOutbound,
}

fn udp() -> Transport {
    Transport::Udp
}
fn calls_max() -> u32 {
    1_000
}

/// An address, or an address with a prefix length, as what it covers: its first address and the length. IPv4 written within IPv6
/// (RFC 4291 2.5.5.2) is none of them: with a prefix length it would be unclear which of the two lengths is meant.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address = address.parse::<IpAddr>().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse::<u8>().ok().filter(|bits| *bits <= most))?;
    let first = match address {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)).into()),
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => return None,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)).into()),
    };
    Some((first, bits))
}

impl Resource for Trunk {
    type Id = TrunkId;
    const KIND: Kind = Kind::Trunk;
    const TABLE: &'static str = "trunk";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, sources: Json, source_port: Int, transport: Text, peer: Text, calls_max: Int, trusted: Bool, country: Text, active: Bool,
        outbound: Json, tls_name: Text, srtp: Text,
    );
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "number", column: "trunk_id" }];
    const MERGED: &'static [&'static str] = &["outbound"];
    const HAS_CLASHES: bool = true;

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        let known = !self.sources.is_empty() || self.outbound.register_s.is_some();
        check.that(known, "sources", "name at least one address it sends from, or register with it");
        check.count("sources", self.sources.len(), 100);
        for (at, source) in self.sources.iter().enumerate() {
            check.that(network(source).is_some(), format!("sources[{at}]"), "write an address or a network such as 192.0.2.0/24");
        }
        check.that(self.source_port != Some(0), "source_port", "choose a port from 1 to 65535, or none");
        check.optional("peer", &mut self.peer, 260);
        if let Some(peer) = &self.peer {
            let port = |p: &str| p.parse::<u16>().is_ok_and(|p| p > 0);
            let right = peer.rsplit_once(':').map_or(!peer.is_empty(), |(host, p)| !host.is_empty() && port(p));
            check.that(right && !peer.contains([' ', '/']), "peer", "write it as host:port, or as a host whose SRV records say the port");
        }
        check_tls_name(check, &mut self.tls_name, self.transport == Transport::Tls);
        check.that(self.transport == Transport::Tls || !self.outbound.sips, "outbound.sips", "is possible with the transport tls only");
        check.range("calls_max", i64::from(self.calls_max), 1, 100_000);
        self.country = self.country.trim().to_ascii_uppercase();
        check.country("country", &self.country);
        self.outbound.check(check, self.peer.is_some());
    }

    fn credential(&self) -> Option<Credential> {
        self.outbound.credential()
    }

    fn check_change(&self, old: &Self, check: &mut Check) {
        self.outbound.check_change(&old.outbound, check);
    }

    /// Of two networks one inside the other the smaller counts, so overlap is fine; of two that are the same nobody could say whose call
    /// it is. A trunk bound to a port is asked before one that is not, so these two may share a network as well.
    fn clash(&self, other: &Self) -> Option<Clash> {
        if !self.active || !other.active || self.source_port != other.source_port {
            return None;
        }
        let theirs: Vec<_> = other.sources.iter().filter_map(|source| network(source)).collect();
        let shared = self.sources.iter().find(|source| network(source).is_some_and(|of| theirs.contains(&of)))?;
        Some(Clash {
            field: "sources",
            what: format!("the trunks \"{}\" and \"{}\" are both known by {shared}", self.name, other.name),
            mend: "take the address out of one of them, give them different source ports, or make one inactive".to_owned(),
        })
    }
}

/// A desk phone's account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// The SIP user it registers as: 1–64 of `a-z A-Z 0-9 . _ -`.
    pub username: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<UserId>,
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether its media is encrypted; `None`: as the server is set up.
    #[serde(default)]
    pub srtp: Option<SrtpRule>,
    /// Write-only, 8 to 100 characters; only digests of it are kept. Left out in a change, it stays.
    #[serde(default, skip_serializing)]
    #[schema(write_only)]
    pub password: Option<Secret>,
}

impl Resource for Phone {
    type Id = PhoneId;
    const KIND: Kind = Kind::Phone;
    const TABLE: &'static str = "phone";
    const COLUMNS: &'static [Column] = columns!(username: Text, name: Text, owner_id: Text, active: Bool, srtp: Text);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "app_user", column: "phone_id" }];
    const SEARCH: &'static str = "username";

    fn check(&mut self, check: &mut Check) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let right = (1..=64).contains(&self.username.len()) && self.username.chars().all(allowed);
        check.that(right, "username", "use 1 to 64 letters, digits, dots, dashes or underscores");
        check.line("name", &self.name, 100);
        if let Some(password) = &self.password {
            let right = (8..=100).contains(&password.reveal().chars().count());
            check.that(right, "password", "choose 8 to 100 characters");
        }
    }

    fn references(&self) -> Vec<Reference> {
        self.owner_id.iter().map(|id| Reference { field: "owner_id".into(), table: "app_user", id: id.to_string() }).collect()
    }

    fn credential(&self) -> Option<Credential> {
        let password = self.password.clone()?;
        Some(Credential::Digest { username: self.username.clone(), password })
    }

    fn check_change(&self, old: &Self, check: &mut Check) {
        // RFC 7616 3.4.2: the stored digest contains the user name.
        let renamed = self.username != old.username && self.password.is_none();
        check.that(!renamed, "password", "give it again: it is stored together with the user name");
    }
}

/// What a caller meets before a person. Its text stands in versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub name: String,
}

impl Resource for Flow {
    type Id = FlowId;
    const KIND: Kind = Kind::Flow;
    const TABLE: &'static str = "flow";
    const COLUMNS: &'static [Column] = columns!(name: Text);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "number", column: "entry" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }
}

/// Whether new calls enter a flow by this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowState {
    Draft,
    /// New calls take it; at most one of a flow.
    Live,
    /// Was live; calls that began with it go on.
    Retired,
}

impl FlowState {
    pub fn word(self) -> &'static str {
        match self {
            FlowState::Draft => "draft",
            FlowState::Live => "live",
            FlowState::Retired => "retired",
        }
    }
}

/// One text of a flow. Never changed once written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FlowVersion {
    #[schema(value_type = Uuid)]
    pub flow_id: FlowId,
    /// 1, 2, 3 … within the flow.
    pub number: u32,
    /// The TOML document.
    pub source: String,
    pub state: FlowState,
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<UserId>,
    #[schema(value_type = i64)]
    pub created_at: Utc,
}
