//! All configuration that calls need, read at once, for the switch to hold in memory. Not customers, not the log.

use crate::db::text;
use crate::error::Result;
use crate::model::{
    DialRule, Flow, Hours, Number, OverflowTo, Phone, Queue, QueueOrdering, Reason, Rule, Site, Skill, Stored, Team, Trunk, User, UserRole,
    WrapUpCode,
};
use crate::store::Store;
use cti_types::acd::{AgentSettings, Overflow, QueueOrder, QueueSettings};
use cti_types::flow::SkillNeed;
use cti_types::mailbox::Mailbox;
use cti_types::{FlowId, PhoneId, TrunkId};
use std::collections::BTreeMap;
use std::time::Duration;

/// A phone's account with what digest authentication needs (RFC 7616 3.4.2, hex). Not to be shown to anybody.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneDigest {
    pub ha1_md5: String,
    pub ha1_sha256: String,
}

impl std::fmt::Debug for PhoneDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneDigest(***)")
    }
}

/// A flow with the text new calls run.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveFlow {
    pub flow: Stored<Flow>,
    pub number: u32,
    /// The TOML document.
    pub source: String,
}

/// The configuration at one moment. Lists are in the order the rows were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigSnapshot {
    pub sites: Vec<Stored<Site>>,
    pub teams: Vec<Stored<Team>>,
    pub skills: Vec<Stored<Skill>>,
    pub queues: Vec<Stored<Queue>>,
    /// All users; [`ConfigSnapshot::agents`] are those who take calls.
    pub users: Vec<Stored<User>>,
    pub reasons: Vec<Stored<Reason>>,
    pub wrap_up_codes: Vec<Stored<WrapUpCode>>,
    pub hours: Vec<Stored<Hours>>,
    pub numbers: Vec<Stored<Number>>,
    pub trunks: Vec<Stored<Trunk>>,
    /// In the order they are asked.
    pub dial_rules: Vec<Stored<DialRule>>,
    pub phones: Vec<Stored<Phone>>,
    /// What is asked at each pop.
    pub rules: Vec<Stored<Rule>>,
    /// Of each phone that has a password.
    pub digests: BTreeMap<PhoneId, PhoneDigest>,
    /// Of each trunk with an account that has a password.
    pub trunk_digests: BTreeMap<TrunkId, PhoneDigest>,
    /// Flows that have a live version.
    pub flows: Vec<LiveFlow>,
}

impl ConfigSnapshot {
    /// Active users with the role agent.
    pub fn agents(&self) -> impl Iterator<Item = &Stored<User>> {
        self.users.iter().filter(|user| user.active && user.roles.contains(&UserRole::Agent))
    }
}

/// A queue as the ACD is told of it.
pub fn queue_settings(queue: &Stored<Queue>) -> QueueSettings {
    QueueSettings {
        id: queue.id,
        name: queue.name.clone(),
        skills: queue.skills.iter().map(|need| SkillNeed { skill: need.skill, proficiency_min: need.proficiency }).collect(),
        priority: queue.priority,
        order: match queue.ordering {
            QueueOrdering::Priority => QueueOrder::Priority,
            QueueOrdering::Score { weight_s } => QueueOrder::Score { weight: Duration::from_secs(weight_s.into()) },
        },
        offer_timeout: Duration::from_millis(queue.offer_timeout_ms),
        wrap_up_max: Duration::from_millis(queue.wrap_up_max_ms),
        wait_max: queue.wait_max_ms.map(Duration::from_millis),
        size_max: queue.size_max,
        leave_when_unstaffed: queue.leave_when_unstaffed,
        overflow: match queue.overflow {
            OverflowTo::Queue { queue } => Overflow::Queue(queue),
            OverflowTo::Flow => Overflow::Flow,
            OverflowTo::Voicemail => Overflow::Voicemail(Mailbox::Queue(queue.id)),
            OverflowTo::AgentVoicemail { agent } => Overflow::Voicemail(Mailbox::Agent(agent)),
        },
        open: queue.open,
    }
}

/// An agent as the ACD is told of them: one call at a time.
pub fn agent_settings(user: &Stored<User>) -> AgentSettings {
    AgentSettings {
        id: user.id,
        skills: user.skills.iter().map(|level| (level.skill, level.proficiency)).collect(),
        queues: user.queues.clone(),
        capacity: 1,
    }
}

impl Store {
    /// Reads it all. A change made while it is read is announced by [`Store::changes`] after it, so a reader that subscribed first misses none.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn config_snapshot(&self) -> Result<ConfigSnapshot> {
        let mut snapshot = ConfigSnapshot {
            sites: self.all().await?,
            teams: self.all().await?,
            skills: self.all().await?,
            queues: self.all().await?,
            users: self.all().await?,
            reasons: self.all().await?,
            wrap_up_codes: self.all().await?,
            hours: self.all().await?,
            numbers: self.all().await?,
            trunks: self.all().await?,
            dial_rules: self.all().await?,
            phones: self.all().await?,
            rules: self.all().await?,
            digests: BTreeMap::new(),
            trunk_digests: BTreeMap::new(),
            flows: Vec::new(),
        };
        let rows = self.db.fetch("SELECT id, ha1_md5, ha1_sha256 FROM phone WHERE ha1_md5 <> ''", Vec::new()).await?;
        for row in rows {
            let digest = PhoneDigest { ha1_md5: row.text(1)?.to_owned(), ha1_sha256: row.text(2)?.to_owned() };
            snapshot.digests.insert(row.id(0)?, digest);
        }
        // Equal places keep the order in which they were made.
        snapshot.dial_rules.sort_by_key(|rule| rule.sort);
        let rows = self.db.fetch("SELECT id, ha1_md5, ha1_sha256 FROM trunk WHERE ha1_md5 <> ''", Vec::new()).await?;
        for row in rows {
            let digest = PhoneDigest { ha1_md5: row.text(1)?.to_owned(), ha1_sha256: row.text(2)?.to_owned() };
            snapshot.trunk_digests.insert(row.id(0)?, digest);
        }
        let flows: BTreeMap<FlowId, Stored<Flow>> = self.all::<Flow>().await?.into_iter().map(|flow| (flow.id, flow)).collect();
        for version in self.live_flow_versions().await? {
            if let Some(flow) = flows.get(&version.flow_id) {
                snapshot.flows.push(LiveFlow { flow: flow.clone(), number: version.number, source: version.source });
            }
        }
        Ok(snapshot)
    }

    /// The digests of one phone, if it has a password.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn phone_digest(&self, phone: PhoneId) -> Result<Option<PhoneDigest>> {
        let rows = self.db.fetch("SELECT ha1_md5, ha1_sha256 FROM phone WHERE id = $1 AND ha1_md5 <> ''", vec![text(phone)]).await?;
        rows.first().map(|row| Ok(PhoneDigest { ha1_md5: row.text(0)?.to_owned(), ha1_sha256: row.text(1)?.to_owned() })).transpose()
    }
}
