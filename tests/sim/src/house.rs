//! The call center that is simulated: its configuration, drawn from the seed, and how it changes under way. Drives nothing.

use crm_core::Stored;
use crm_core::dial::Place;
use crm_core::model::{DialRule, DialRuleId, Id, QueueVoicemail, UserRole};
use cti_server::switch::directory::{Agent, Code, Dialler, Directory, Entry, Phone, Queue, RecordingPolicy, TrunkEntry};
use cti_sip::api::{PhoneAccount, Transport, Trunk};
use cti_types::acd::{AgentSettings, Overflow, QueueOrder, QueueSettings};
use cti_types::flow::{FlowRef, SkillNeed};
use cti_types::mailbox::Mailbox;
use cti_types::{AgentId, Chance, FlowId, PhoneId, QueueId, ReasonId, SkillId, TeamId, TrunkId, Utc, WrapUpCodeId};
use ivr::{Flow, Names};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub(crate) const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 5060);
pub(crate) const CARRIER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)), 5060);
pub(crate) const PHONES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 3)), 5060);
pub(crate) const REALM: &str = "sim.invalid";

pub(crate) const SALES: QueueId = QueueId::from_u128(1);
pub(crate) const SUPPORT: QueueId = QueueId::from_u128(2);
const GERMAN: SkillId = SkillId::from_u128(3);
const TEAM: TeamId = TeamId::from_u128(4);
pub(crate) const REASON: ReasonId = ReasonId::from_u128(5);
pub(crate) const CODE: WrapUpCodeId = WrapUpCodeId::from_u128(6);
const TRUNK: TrunkId = TrunkId::from_u128(7);

/// Numbers that lead to the large flow, to the small flow, and nowhere.
pub(crate) const NUMBERS: [&str; 3] = ["+12025550100", "+12025550101", "+12025550199"];

pub(crate) struct House {
    /// What the server has been told.
    pub(crate) directory: Directory,
    /// With everything that chaos took away.
    whole: Directory,
    pub(crate) agents: usize,
}

pub(crate) fn agent_id(n: usize) -> AgentId {
    AgentId::from_u128(0x100 + n as u128)
}

pub(crate) fn phone_id(n: usize) -> PhoneId {
    PhoneId::from_u128(0x200 + n as u128)
}

pub(crate) fn phone_user(n: usize) -> String {
    format!("p{n}")
}

pub(crate) fn password(n: usize) -> String {
    format!("secret-{n}")
}

struct Office;

impl Names for Office {
    fn queue(&self, name: &str) -> Option<QueueId> {
        match name {
            "sales" => Some(SALES),
            "support" => Some(SUPPORT),
            _ => None,
        }
    }
    fn agent(&self, _name: &str) -> Option<AgentId> {
        None
    }
    fn skill(&self, _name: &str) -> Option<SkillId> {
        None
    }
    fn hours(&self, _name: &str) -> Option<Arc<ivr::Hours>> {
        None
    }
    fn clip(&self, name: &str) -> bool {
        ivr::prompts::builtin(name).is_some()
    }
}

/// Everybody may dial what is not dear.
fn everybody_dials() -> DialRule {
    DialRule {
        name: "everybody".into(),
        sort: 0,
        allow: true,
        roles: BTreeSet::new(),
        classes: BTreeSet::new(),
        countries: Vec::new(),
        hours_id: None,
        minute_cost: 0,
        day_cost_max: None,
        detect: None,
        active: true,
    }
}

/// The trunk as seen from the end whose peer is `peer`.
pub(crate) fn trunk(peer: SocketAddr, calls_max: Option<u32>) -> Trunk {
    let peer_way = Some((Transport::Udp, peer));
    Trunk {
        id: TRUNK,
        sources: vec![(peer.ip(), 32)],
        source_port: None,
        peer: peer_way,
        calls_max,
        trusted: true,
        out: cti_sip::Outward::default(),
    }
}

pub(crate) const TRUNK_ID: TrunkId = TRUNK;

impl House {
    pub(crate) fn new(chance: &mut Chance, tight: bool) -> Result<House, String> {
        let agents = 3 + chance.below(6) as usize;
        let mut directory = Directory::default();
        // Some callers are given waiting they have not done.
        let demo = ivr::flows::DEMO.replacen("queue = \"sales\"", "queue = \"sales\"\ncredit_seconds = 20", 1);
        // Who has waited long may leave a message.
        let sorry = "type = \"play\"\nprompts = [\"sorry-wait\", \"goodbye\"]";
        let message = "type = \"voicemail\"\nqueue = \"support\"\nmax_seconds = 20\nreview = \"voicemail-review\"\notherwise = \"end\"";
        let demo = demo.replacen(sorry, message, 1);
        for (text, number, id) in [(demo.as_str(), NUMBERS[0], 1), (ivr::flows::SIMPLE, NUMBERS[1], 2)] {
            let flow = Flow::parse(text, &Office).map_err(|problems| ivr::list(&problems))?;
            let version = Some(FlowRef { flow: FlowId::from_u128(id), version: 1 });
            let entry = Entry { flow: Arc::new(flow), version, queue: None, language: "en".into(), trunk: None };
            directory.flows.insert(FlowId::from_u128(id), entry.clone());
            directory.numbers.insert(number.into(), entry);
        }
        for (id, name, other) in [(SALES, "sales", SUPPORT), (SUPPORT, "support", SALES)] {
            directory.queues.insert(id, queue(chance, id, name, other));
        }
        for n in 0..agents {
            let id = agent_id(n);
            let settings = agent_settings(chance, id);
            let (login, name) = (format!("a{n}"), format!("Agent {n}"));
            directory.agents.insert(id, Agent { settings, login, name, team: Some(TEAM), active: true, voicemail: n % 2 == 0 });
            // The first two are supervisors as well.
            let mut roles = BTreeSet::from([UserRole::Agent]);
            if n < 2 {
                roles.insert(UserRole::Supervisor);
            }
            let place = Place { country: "US".into(), local: Vec::new() };
            directory.dialling.people.insert(id, Dialler { roles, place });
            let ha1 = crate::register::md5_hex(&format!("{}:{REALM}:{}", phone_user(n), password(n)));
            let account = PhoneAccount { id: phone_id(n), user: phone_user(n), ha1_md5: Some(ha1), ha1_sha256: None };
            directory.phones.insert(phone_id(n), Phone { account, name: format!("Phone {n}"), owner: None, srtp: None });
        }
        let calls_max = tight.then_some(12);
        directory.trunks.push(TrunkEntry {
            trunk: trunk(CARRIER, calls_max),
            country: "US".into(),
            transport: cti_sip::Transport::Udp,
            peer_name: None,
            tls_name: None,
            srtp: None,
        });
        directory.dialling.rules.push(Stored {
            id: DialRuleId::from_uuid(SALES.0),
            version: 1,
            created_at: Utc(0),
            updated_at: Utc(0),
            data: everybody_dials(),
        });
        directory.reasons.insert(REASON, "Lunch".into());
        directory.codes.insert(CODE, Code { name: "Done".into(), queue: None });
        Ok(House { whole: directory.clone(), directory, agents })
    }

    /// One change of configuration, said in words.
    pub(crate) fn change(&mut self, chance: &mut Chance) -> String {
        let agent = agent_id(chance.below(self.agents as u64) as usize);
        let (id, name, other) = if chance.below(2) == 0 { (SALES, "sales", SUPPORT) } else { (SUPPORT, "support", SALES) };
        match chance.below(6) {
            0 | 1 => {
                let fresh = queue(chance, id, name, other);
                self.whole.queues.insert(id, fresh.clone());
                self.directory.queues.insert(id, fresh);
                format!("queue {name} changed")
            }
            2 => {
                if self.directory.queues.remove(&id).is_none() {
                    self.restore();
                }
                format!("queue {name} removed or all back")
            }
            3 | 4 => {
                let settings = agent_settings(chance, agent);
                for directory in [&mut self.directory, &mut self.whole] {
                    if let Some(entry) = directory.agents.get_mut(&agent) {
                        entry.settings = settings.clone();
                    }
                }
                format!("skills of {agent} changed")
            }
            _ => {
                let active = self.directory.agents.get(&agent).is_some_and(|a| a.active);
                if let Some(entry) = self.directory.agents.get_mut(&agent) {
                    entry.active = !active;
                }
                format!("{agent} active: {}", !active)
            }
        }
    }

    /// Everything that was taken away is back.
    pub(crate) fn restore(&mut self) {
        self.directory = self.whole.clone();
    }

    /// Whether the configuration lets this agent serve work of this queue with these needs of its own.
    pub(crate) fn may_serve(&self, agent: AgentId, queue: QueueId, skills: &[SkillNeed]) -> bool {
        let (Some(entry), Some(queue)) = (self.directory.agents.get(&agent), self.directory.queues.get(&queue)) else { return false };
        let can = |need: &SkillNeed| entry.settings.skills.iter().any(|(skill, p)| *skill == need.skill && *p >= need.proficiency_min);
        entry.active && entry.settings.queues.contains(&queue.settings.id) && queue.settings.skills.iter().chain(skills).all(can)
    }

    /// Where work of this priority stands that has waited so long, credit included: larger is served first.
    pub(crate) fn standing(&self, queue: QueueId, item: u8, waited: Duration) -> (u8, Duration) {
        let Some(queue) = self.directory.queues.get(&queue) else { return (item, waited) };
        match queue.settings.order {
            QueueOrder::Priority => (queue.settings.priority.saturating_add(item), waited),
            QueueOrder::Score { weight } => (queue.settings.priority, waited + weight * u32::from(item)),
        }
    }
}

fn queue(chance: &mut Chance, id: QueueId, name: &str, other: QueueId) -> Queue {
    let seconds = |chance: &mut Chance, from: u64, span: u64| Duration::from_secs(from + chance.below(span));
    let overflow = match chance.below(7) {
        0..=2 => Overflow::Queue(other),
        3 | 4 => Overflow::Flow,
        5 => Overflow::Voicemail(Mailbox::Queue(id)),
        _ => Overflow::Voicemail(Mailbox::Agent(agent_id(0))),
    };
    let need = SkillNeed { skill: GERMAN, proficiency_min: 1 + chance.below(4) as u8 };
    let settings = QueueSettings {
        id,
        name: name.into(),
        skills: if chance.below(4) == 0 { vec![need] } else { Vec::new() },
        priority: chance.below(3) as u8,
        order: if chance.below(3) == 0 { QueueOrder::Score { weight: seconds(chance, 0, 30) } } else { QueueOrder::Priority },
        offer_timeout: seconds(chance, 5, 15),
        wrap_up_max: if chance.below(3) == 0 { Duration::ZERO } else { seconds(chance, 5, 25) },
        wait_max: if chance.below(2) == 0 { Some(seconds(chance, 15, 60)) } else { None },
        size_max: (chance.below(3) == 0).then(|| chance.below(4) as u32),
        leave_when_unstaffed: chance.below(4) == 0,
        overflow,
        open: chance.below(12) != 0,
    };
    let recording = match chance.below(4) {
        0 => RecordingPolicy::Never,
        1 => RecordingPolicy::Percent(50),
        2 => RecordingPolicy::OnDemand,
        _ => RecordingPolicy::Always,
    };
    Queue {
        settings,
        hours: None,
        music: "music/default".into(),
        recording,
        voicemail: QueueVoicemail { max_seconds: 20, ..QueueVoicemail::default() },
        wrap_up_required: chance.below(2) == 0,
    }
}

fn agent_settings(chance: &mut Chance, id: AgentId) -> AgentSettings {
    let queues = match chance.below(4) {
        0 => vec![SALES],
        1 => vec![SUPPORT],
        _ => vec![SALES, SUPPORT],
    };
    let skills = if chance.below(3) == 0 { Vec::new() } else { vec![(GERMAN, 1 + chance.below(10) as u8)] };
    AgentSettings { id, skills, queues, capacity: 1 }
}
