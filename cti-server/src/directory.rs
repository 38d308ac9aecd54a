//! Turns the database's configuration into the switch's [`Directory`]. Reads nothing by itself.

use crate::switch::clips::Library;
use crate::switch::directory::{Agent, COUNTRY, Code, Dialler, Dialling, Directory, Entry, Phone, Queue, RecordingPolicy, TrunkEntry};
use crm_core::ConfigSnapshot;
use crm_core::dial::Place;
use crm_core::model::{self, minute_of_day};
use crm_core::rules::RuleSet;
use crm_core::snapshot::{PhoneDigest, agent_settings, queue_settings};
use cti_media::sdp::SrtpPolicy;
use cti_sip::api::{Account, Identity, Outward, PhoneAccount, Probe, Transport, Trunk};
use cti_types::flow::FlowRef;
use cti_types::{AgentId, FlowId, QueueId, SkillId};
use ivr::{Flow, Hours, NameKind, Names, Problem};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Something in the configuration that calls cannot use. The rest is used all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is about: `flow Main menu`, `trunk carrier`.
    pub about: String,
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.about, self.message)
    }
}

/// The names flows may use, as the configuration has them.
pub struct FlowNames<'a> {
    queues: BTreeMap<&'a str, QueueId>,
    agents: BTreeMap<&'a str, AgentId>,
    skills: BTreeMap<&'a str, SkillId>,
    hours: BTreeMap<&'a str, Arc<Hours>>,
    clips: &'a Library,
}

impl<'a> FlowNames<'a> {
    pub fn new(snapshot: &'a ConfigSnapshot, clips: &'a Library) -> FlowNames<'a> {
        FlowNames {
            queues: snapshot.queues.iter().map(|q| (q.name.as_str(), q.id)).collect(),
            agents: snapshot.users.iter().filter(|u| u.active).map(|u| (u.login.as_str(), u.id)).collect(),
            skills: snapshot.skills.iter().map(|s| (s.name.as_str(), s.id)).collect(),
            hours: snapshot.hours.iter().filter_map(|h| Some((h.name.as_str(), Arc::new(hours(&h.data)?)))).collect(),
            clips,
        }
    }
}

impl Names for FlowNames<'_> {
    fn queue(&self, name: &str) -> Option<QueueId> {
        self.queues.get(name).copied()
    }
    fn agent(&self, name: &str) -> Option<AgentId> {
        self.agents.get(name).copied()
    }
    fn skill(&self, name: &str) -> Option<SkillId> {
        self.skills.get(name).copied()
    }
    fn hours(&self, name: &str) -> Option<Arc<Hours>> {
        self.hours.get(name).cloned()
    }
    fn clip(&self, name: &str) -> bool {
        self.clips.contains(name)
    }
    fn known(&self, kind: NameKind) -> Vec<String> {
        let words = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        match kind {
            NameKind::Queue => words(self.queues.keys().copied().collect()),
            NameKind::Agent => words(self.agents.keys().copied().collect()),
            NameKind::Skill => words(self.skills.keys().copied().collect()),
            NameKind::Hours => words(self.hours.keys().copied().collect()),
            NameKind::Clip => self.clips.names().map(str::to_owned).collect(),
        }
    }
}

fn hours(hours: &model::Hours) -> Option<Hours> {
    let span = |from: &str, to: &str| Some((minute_of_day(from)?, minute_of_day(to)?));
    let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    for weekly in &hours.weekly {
        week.get_mut(usize::from(weekly.day).checked_sub(1)?)?.push(span(&weekly.from, &weekly.to)?);
    }
    let holiday = |h: &model::Holiday| {
        let open = h.open.iter().map(|s| span(&s.from, &s.to)).collect::<Option<Vec<_>>>()?;
        Some((h.date.clone(), open))
    };
    let holidays = hours.holidays.iter().map(holiday).collect::<Option<Vec<_>>>()?;
    Hours::new(&hours.zone, week, holidays).ok()
}

/// Checks a flow document against the configuration: the same check that going live needs.
///
/// # Errors
/// Every problem, each with its node and its mend.
pub fn check_flow(source: &str, snapshot: &ConfigSnapshot, clips: &Library) -> Result<Flow, Vec<Problem>> {
    Flow::parse(source, &FlowNames::new(snapshot, clips))
}

/// The flow of a number that leads straight to a queue: wait, and a word of regret when nobody can come.
fn straight(queue: &str) -> String {
    let queue = toml::Value::String(queue.to_owned());
    format!(
        r#"
name = "straight to a queue"
start = "pick-up"

[nodes.pick-up]
type = "answer"
next = "queue"

[nodes.queue]
type = "queue"
queue = {queue}
otherwise = "sorry"

[nodes.sorry]
type = "play"
prompts = ["sorry-wait", "goodbye"]
next = "end"

[nodes.end]
type = "hang_up"
"#
    )
}

/// The language of a flow that is entered by a transfer.
const LANGUAGE: &str = "en";

/// Builds the directory; what cannot be used is left out and said.
pub fn build(snapshot: &ConfigSnapshot, clips: &Library) -> (Directory, Vec<Fault>) {
    let mut faults = Vec::new();
    let names = FlowNames::new(snapshot, clips);
    let flows = flows(snapshot, &names, &mut faults);
    let mut directory = Directory { numbers: numbers(snapshot, &names, &flows, &mut faults), ..Directory::default() };
    for (id, (flow, version)) in flows {
        // Who is sent into a flow hears the language of the house until the flow chooses another.
        let entry = Entry { flow, version: Some(version), queue: None, language: LANGUAGE.to_owned(), trunk: None };
        directory.flows.insert(id, entry);
    }
    for queue in &snapshot.queues {
        let hours = snapshot.hours.iter().find(|h| Some(h.id) == queue.hours_id).and_then(|h| hours(&h.data)).map(Arc::new);
        if hours.is_none() && queue.hours_id.is_some() {
            faults.push(Fault { about: format!("queue {}", queue.name), message: "its hours cannot be used; it is open always".into() });
        }
        if let model::OverflowTo::AgentVoicemail { agent } = queue.overflow
            && !snapshot.users.iter().any(|user| user.id == agent && works(user))
        {
            let message = "nobody takes the messages of its overflow: their agent is not active; its calls go back to their flow";
            faults.push(Fault { about: format!("queue {}", queue.name), message: message.into() });
        }
        let recording = match queue.recording {
            model::RecordingPolicy::Always => RecordingPolicy::Always,
            model::RecordingPolicy::Never => RecordingPolicy::Never,
            model::RecordingPolicy::OnDemand => RecordingPolicy::OnDemand,
            model::RecordingPolicy::Percent { percent } => RecordingPolicy::Percent(percent),
        };
        let entry = Queue {
            settings: queue_settings(queue),
            hours,
            music: queue.music.clone(),
            recording,
            voicemail: queue.voicemail.clone(),
            wrap_up_required: queue.wrap_up_required,
        };
        directory.queues.insert(queue.id, entry);
    }
    for user in &snapshot.users {
        let (login, name, active) = (user.login.clone(), user.name.clone(), works(user));
        let agent = Agent { settings: agent_settings(user), login, name, team: user.team_id, active, voicemail: user.voicemail };
        directory.agents.insert(user.id, agent);
    }
    for trunk in snapshot.trunks.iter().filter(|t| t.active) {
        match trunk_entry(trunk, snapshot.trunk_digests.get(&trunk.id)) {
            Ok(entry) => directory.trunks.push(entry),
            Err(message) => faults.push(Fault { about: format!("trunk {}", trunk.name), message }),
        }
    }
    for phone in snapshot.phones.iter().filter(|p| p.active) {
        let digest = snapshot.digests.get(&phone.id);
        let account = PhoneAccount {
            id: phone.id,
            user: phone.username.clone(),
            ha1_md5: digest.map(|d| d.ha1_md5.clone()).filter(|h| !h.is_empty()),
            ha1_sha256: digest.map(|d| d.ha1_sha256.clone()).filter(|h| !h.is_empty()),
        };
        directory.phones.insert(phone.id, Phone { account, name: phone.name.clone(), owner: phone.owner_id, srtp: phone.srtp.map(srtp) });
    }
    directory.dialling = dialling(snapshot);
    let zones = snapshot.queues.iter().map(|queue| (queue.id, queue.zone.as_str()));
    let of_queues = snapshot.queues.iter().filter_map(|queue| Some((queue.id, queue.hours_id?)));
    directory.rules = Arc::new(RuleSet::new(&snapshot.rules, zones).with_hours(&snapshot.hours, of_queues));
    directory.reasons = snapshot.reasons.iter().filter(|r| r.active).map(|r| (r.id, r.name.clone())).collect();
    directory.codes =
        snapshot.wrap_up_codes.iter().filter(|c| c.active).map(|c| (c.id, Code { name: c.name.clone(), queue: c.queue_id })).collect();
    (directory, faults)
}

/// Whether this person may act as an agent. Supervisors listen and step in by a telephone, too.
fn works(user: &model::User) -> bool {
    let roles = [model::UserRole::Agent, model::UserRole::Supervisor, model::UserRole::Admin];
    user.active && roles.iter().any(|role| user.roles.contains(role))
}

type Flows = BTreeMap<FlowId, (Arc<Flow>, FlowRef)>;

fn flows(snapshot: &ConfigSnapshot, names: &FlowNames<'_>, faults: &mut Vec<Fault>) -> Flows {
    let mut flows = BTreeMap::new();
    for live in &snapshot.flows {
        match Flow::parse(&live.source, names) {
            Ok(flow) => {
                flows.insert(live.flow.id, (Arc::new(flow), FlowRef { flow: live.flow.id, version: live.number }));
            }
            Err(problems) => {
                faults.push(Fault { about: format!("flow {}", live.flow.name), message: ivr::list(&problems) });
            }
        }
    }
    flows
}

fn numbers(snapshot: &ConfigSnapshot, names: &FlowNames<'_>, flows: &Flows, faults: &mut Vec<Fault>) -> BTreeMap<String, Entry> {
    let mut numbers = BTreeMap::new();
    for number in snapshot.numbers.iter().filter(|n| n.active) {
        let (language, trunk) = (number.language.clone(), number.trunk_id);
        let about = format!("number {}", number.number);
        let entry = match number.entry {
            model::Entry::Flow { flow } => match flows.get(&flow) {
                Some((flow, version)) => Entry { flow: Arc::clone(flow), version: Some(*version), queue: None, language, trunk },
                None => {
                    faults.push(Fault { about, message: "leads to a flow that has no usable live version".into() });
                    continue;
                }
            },
            model::Entry::Queue { queue } => {
                let name = snapshot.queues.iter().find(|q| q.id == queue).map(|q| q.name.as_str()).unwrap_or_default();
                match Flow::parse(&straight(name), names) {
                    Ok(flow) => Entry { flow: Arc::new(flow), version: None, queue: Some(queue), language, trunk },
                    Err(problems) => {
                        faults.push(Fault { about, message: ivr::list(&problems) });
                        continue;
                    }
                }
            }
        };
        numbers.insert(number.number.clone(), entry);
    }
    numbers
}

fn trunk_entry(trunk: &model::Stored<model::Trunk>, digest: Option<&PhoneDigest>) -> Result<TrunkEntry, String> {
    let sources = trunk.sources.iter().map(|text| source(text)).collect::<Result<Vec<_>, _>>()?;
    let transport = match trunk.transport {
        model::Transport::Udp => Transport::Udp,
        model::Transport::Tcp => Transport::Tcp,
        model::Transport::Tls => Transport::Tls,
    };
    let literal = trunk.peer.as_deref().and_then(|text| literal_address(text, transport.usual_port()));
    let peer_name = trunk.peer.clone().filter(|_| literal.is_none());
    let (id, country) = (trunk.id, trunk.country.clone());
    let entry = Trunk {
        id,
        sources,
        source_port: trunk.source_port,
        peer: literal.map(|address| (transport, address)),
        calls_max: Some(trunk.calls_max),
        trusted: trunk.trusted,
        out: outward(&trunk.outbound, digest),
    };
    Ok(TrunkEntry { trunk: entry, country, transport, peer_name, tls_name: trunk.tls_name.clone(), srtp: trunk.srtp.map(srtp) })
}

fn srtp(rule: model::SrtpRule) -> SrtpPolicy {
    match rule {
        model::SrtpRule::Off => SrtpPolicy::Off,
        model::SrtpRule::Optional => SrtpPolicy::Allowed,
        model::SrtpRule::Required => SrtpPolicy::Required,
    }
}

fn outward(out: &model::TrunkOutbound, digest: Option<&PhoneDigest>) -> Outward {
    let kept = |of: fn(&PhoneDigest) -> &str| digest.map(|d| of(d).to_owned()).filter(|ha1| !ha1.is_empty());
    let account = out.account.as_ref().map(|account| Account {
        user: account.user.clone(),
        realm: account.realm.clone(),
        ha1_md5: kept(|d| &d.ha1_md5),
        ha1_sha256: kept(|d| &d.ha1_sha256),
    });
    let seconds = |s: u32| Duration::from_secs(s.into());
    Outward {
        prefixes: out.prefixes.clone(),
        countries: out.countries.clone(),
        priority: out.priority,
        weight: out.weight,
        cps_max: out.cps_max,
        plus: out.plus,
        identity: match out.identity {
            model::TrunkIdentity::Asserted => Identity::Asserted,
            model::TrunkIdentity::Preferred => Identity::Preferred,
            model::TrunkIdentity::None => Identity::None,
        },
        domain: out.domain.clone(),
        sips: out.sips,
        account,
        register_for: out.register_s.map(seconds),
        probe: out.probe_s.map(|s| Probe { every: seconds(s), fall: out.probe_fall, rise: out.probe_rise }),
        ..Outward::default()
    }
}

/// Who may dial what from where, and what their calls show.
fn dialling(snapshot: &ConfigSnapshot) -> Dialling {
    let place = |user: &model::User| {
        let team = snapshot.teams.iter().find(|t| Some(t.id) == user.team_id);
        let site = snapshot.sites.iter().find(|s| Some(s.id) == team.and_then(|t| t.site_id));
        let found = site.and_then(|s| s.dialling.clone());
        found.map_or_else(|| Place { country: COUNTRY.to_owned(), local: Vec::new() }, |d| Place { country: d.country, local: d.local })
    };
    Dialling {
        rules: snapshot.dial_rules.clone(),
        hours: snapshot.hours.iter().filter_map(|h| Some((h.id, Arc::new(hours(&h.data)?)))).collect(),
        people: snapshot.users.iter().map(|u| (u.id, Dialler { roles: u.roles.clone(), place: place(u) })).collect(),
        callers: snapshot.queues.iter().map(|q| (q.id, q.outbound.clone())).collect(),
        trunk_detects: snapshot.trunks.iter().filter_map(|t| Some((t.id, t.outbound.detect.clone()?))).collect(),
    }
}

/// The address a peer is written as, with the usual port where it says none; `None` for a name.
fn literal_address(text: &str, port: u16) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| Some(SocketAddr::new(text.trim_start_matches('[').trim_end_matches(']').parse().ok()?, port)))
}

fn source(text: &str) -> Result<(IpAddr, u8), String> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().map_err(|_| format!("source {text} is no address"))?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse::<u8>().ok().filter(|b| *b <= most).ok_or_else(|| format!("source {text} has no usable prefix length"))?,
    };
    Ok((address, bits))
}
