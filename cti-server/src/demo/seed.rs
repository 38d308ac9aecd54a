//! Fills the demo's store through the same interface the API uses. Safe to repeat: what is there already is left as it is.

use super::samples::{CODES, COLLEAGUES, CUSTOMERS, Colleague, IVR_NUMBER, Part, QUEUE_NUMBER, REASONS, Sample};
use super::secrets::Secrets;
use anyhow::Context;
use crm_core::model::{
    ApiToken, ContactInput, ContactKind, Customer, CustomerKind, DialRule, Entry, Flow, FlowState, Hours, Number, OpenItem, OpenItemState,
    OverflowTo, Phone, Queue, QueueOrdering, Reason, RecordingPolicy, Resource, Secret, Site, Skill, SkillLevel, Stored, Team, Transport,
    Trunk, User, UserRole, Visibility, WeeklySpan, WrapUpCode,
};
use crm_core::{ListQuery, Store, Who};
use cti_types::{CustomerId, FlowId, PhoneId, QueueId, SkillId, TeamId, TrunkId, UserId, Utc, WrapUpCodeId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

pub(super) const VIA: &str = "demo";

/// What the rest of the demo needs of the store.
pub(super) struct Seeded {
    pub(super) sales: QueueId,
    pub(super) support: QueueId,
    pub(super) trunk: TrunkId,
    pub(super) flow: FlowId,
    pub(super) flow_version: u32,
    /// By login.
    pub(super) users: BTreeMap<&'static str, UserId>,
    /// By SIP user.
    pub(super) phones: BTreeMap<&'static str, PhoneId>,
    /// By name.
    pub(super) codes: BTreeMap<&'static str, WrapUpCodeId>,
    /// In the order of the samples.
    pub(super) customers: Vec<CustomerId>,
}

/// Writes with the demo's name in the audit.
struct Seeder<'a> {
    store: &'a Store,
    who: Who,
    now: Utc,
}

/// Fills the store. The trunk takes calls from the own machine, known by `ip` and the loopback address. Where the simulated callers have a
/// line it takes them only from there, and calls out go there: then colleagues may dial.
///
/// # Errors
/// When the store is away or refuses a row.
pub(super) async fn fill(store: &Store, now: Utc, secrets: &Secrets, ip: IpAddr, callers: Option<SocketAddr>) -> anyhow::Result<Seeded> {
    let seeder = Seeder { store, who: Who::system(VIA), now };
    let site =
        seeder.ensure("name", "Head office", || Site { name: "Head office".into(), zone: "Europe/London".into(), dialling: None }).await?;
    let team = seeder.ensure("name", "Front desk", || Team { name: "Front desk".into(), site_id: Some(site.id) }).await?;
    let skills = seeder.skills().await?;
    let always = seeder.ensure("name", "Always open", always_open).await?;
    let sales = seeder.queue("sales", 1, skills.0, always.id).await?;
    let support = seeder.queue("support", 0, skills.1, always.id).await?;
    for (sort, name) in REASONS.into_iter().enumerate() {
        seeder.ensure("name", name, || Reason { name: name.into(), sort: sort as i64, active: true }).await?;
    }
    let mut codes = BTreeMap::new();
    for name in CODES {
        let code = seeder.ensure("name", name, || WrapUpCode { name: name.into(), queue_id: None, active: true }).await?;
        codes.insert(name, code.id);
    }
    let (flow, flow_version) = seeder.flow().await?;
    seeder.number(IVR_NUMBER, "Main line", Entry::Flow { flow }).await?;
    seeder.number(QUEUE_NUMBER, "Sales, direct", Entry::Queue { queue: sales }).await?;
    let trunk = seeder.trunk(ip, callers).await?;
    if callers.is_some() {
        seeder.ensure("name", DIALLING, dialling).await?;
    }
    let mut seeded =
        Seeded { sales, support, trunk, flow, flow_version, users: BTreeMap::new(), phones: BTreeMap::new(), codes, customers: Vec::new() };
    for colleague in &COLLEAGUES {
        let (user, phone) = seeder.colleague(colleague, secrets, team.id, skills, [sales, support]).await?;
        seeded.users.insert(colleague.login, user);
        if let (Some(name), Some(id)) = (colleague.phone, phone) {
            seeded.phones.insert(name, id);
        }
    }
    for (at, sample) in CUSTOMERS.iter().enumerate() {
        seeded.customers.push(seeder.customer(at, sample).await?);
    }
    super::customer_view::fill(store, now, team.id, &seeded).await?;
    Box::pin(super::tickets::fill(store, now, &seeded)).await?;
    super::knowledge::fill(store, now, &seeded).await?;
    super::work::fill(store, now, &seeded).await?;
    Ok(seeded)
}

/// An administrator's API token that works: the one kept, or a new one.
///
/// # Errors
/// When the store is away or the secrets cannot be written.
pub(super) async fn token(store: &Store, now: Utc, secrets: &mut Secrets, admin: UserId) -> anyhow::Result<String> {
    if let Some(token) = secrets.token()
        && store.api_token(now, &Secret::new(token)).await?.is_some()
    {
        return Ok(token.to_owned());
    }
    let data =
        ApiToken { user_id: admin, name: "demo".into(), roles: BTreeSet::from([UserRole::Admin, UserRole::Supervisor]), expires_at: None };
    let (_, token) = store.create_api_token(&Who::system(VIA), now, data).await.context("cannot make an API token")?;
    secrets.keep_token(token.reveal())?;
    Ok(token.reveal().to_owned())
}

impl Seeder<'_> {
    async fn find<R: Resource>(&self, field: &str, value: &str) -> anyhow::Result<Option<Stored<R>>> {
        let query = ListQuery { limit: Some(1), equals: vec![(field.to_owned(), value.to_owned())], ..ListQuery::default() };
        Ok(self.store.list::<R>(&query).await?.items.into_iter().next())
    }

    /// The row whose field has this value, made if there is none.
    async fn ensure<R: Resource>(&self, field: &str, value: &str, make: impl FnOnce() -> R) -> anyhow::Result<Stored<R>> {
        match self.find::<R>(field, value).await? {
            Some(found) => Ok(found),
            None => {
                let made = self.store.insert(&self.who, self.now, make()).await;
                made.with_context(|| format!("cannot make the {} {value}", R::KIND.word()))
            }
        }
    }

    async fn skills(&self) -> anyhow::Result<(SkillId, SkillId, SkillId)> {
        let skill = async |name: &str| self.ensure("name", name, || Skill { name: name.to_owned() }).await.map(|s| s.id);
        Ok((skill("sales").await?, skill("support").await?, skill("mandarin").await?))
    }

    async fn queue(&self, name: &str, priority: u8, skill: SkillId, hours: cti_types::HoursId) -> anyhow::Result<QueueId> {
        let queue = self.ensure("name", name, || Queue {
            name: name.into(),
            site_id: None,
            zone: "Europe/London".into(),
            skills: vec![SkillLevel { skill, proficiency: 1 }],
            priority,
            ordering: QueueOrdering::Priority,
            offer_timeout_ms: 15_000,
            // Short, so that calls flow though somebody forgets to finish.
            wrap_up_max_ms: 20_000,
            wrap_up_required: false,
            wait_max_ms: Some(180_000),
            size_max: Some(50),
            leave_when_unstaffed: false,
            overflow: OverflowTo::Flow,
            open: true,
            music: "music/default".into(),
            recording: RecordingPolicy::Always,
            hours_id: Some(hours),
            outbound: Default::default(),
            voicemail: Default::default(),
        });
        Ok(queue.await?.id)
    }

    async fn flow(&self) -> anyhow::Result<(FlowId, u32)> {
        let flow = self.ensure("name", "Main menu", || Flow { name: "Main menu".into() }).await?;
        let versions = self.store.flow_versions(flow.id).await?;
        if let Some(live) = versions.iter().find(|version| version.state == FlowState::Live) {
            return Ok((flow.id, live.number));
        }
        let version = self.store.add_flow_version(&self.who, self.now, flow.id, ivr::flows::DEMO.to_owned()).await?;
        let live = self.store.publish_flow_version(&self.who, self.now, flow.id, version.number).await?;
        Ok((flow.id, live.number))
    }

    async fn number(&self, number: &str, name: &str, entry: Entry) -> anyhow::Result<()> {
        let make = || Number { number: number.into(), name: name.into(), entry, language: "en".into(), trunk_id: None, active: true };
        self.ensure("number", number, make).await.map(drop)
    }

    /// The trunk of the simulated callers. Their port changes with every start.
    async fn trunk(&self, ip: IpAddr, line: Option<SocketAddr>) -> anyhow::Result<TrunkId> {
        let (port, peer) = (line.map(|line| line.port()), line.map(|line| line.to_string()));
        let mut sources = vec!["127.0.0.1".to_owned()];
        if !ip.is_loopback() {
            sources.push(ip.to_string());
        }
        let make = || Trunk {
            name: "demo".into(),
            sources: sources.clone(),
            source_port: port,
            transport: Transport::Udp,
            peer: peer.clone(),
            tls_name: None,
            srtp: None,
            calls_max: 1_000,
            trusted: true,
            country: "US".into(),
            active: true,
            outbound: Default::default(),
        };
        let trunk = self.ensure("name", "demo", make).await?;
        if trunk.source_port != port || trunk.sources != sources || trunk.peer != peer {
            let patch = json!({ "source_port": port, "sources": sources, "peer": peer });
            self.store.update::<Trunk>(&self.who, self.now, trunk.id, trunk.version, &patch).await?;
        }
        Ok(trunk.id)
    }

    async fn colleague(
        &self,
        colleague: &Colleague,
        secrets: &Secrets,
        team: TeamId,
        skills: (SkillId, SkillId, SkillId),
        queues: [QueueId; 2],
    ) -> anyhow::Result<(UserId, Option<PhoneId>)> {
        let phone = match colleague.phone {
            Some(user) => Some(self.phone(user, colleague.name, secrets).await?),
            None => None,
        };
        let agent = colleague.role == Part::Agent;
        let levels = [(skills.0, colleague.skills.0), (skills.1, colleague.skills.1), (skills.2, colleague.skills.2)];
        let password = Secret::new(secrets.person(colleague.login));
        let make = || User {
            login: colleague.login.into(),
            name: colleague.name.into(),
            roles: match colleague.role {
                Part::Agent => BTreeSet::from([UserRole::Agent]),
                Part::Supervisor => BTreeSet::from([UserRole::Supervisor, UserRole::Analyst]),
                Part::Admin => BTreeSet::from([UserRole::Admin, UserRole::Supervisor]),
            },
            team_id: Some(team),
            skills: levels.iter().filter(|l| l.1 > 0).map(|&(skill, proficiency)| SkillLevel { skill, proficiency }).collect(),
            queues: if agent { queues.to_vec() } else { Vec::new() },
            phone_id: phone.as_ref().map(|phone| phone.id),
            language: "en".into(),
            active: true,
            must_change_password: false,
            voicemail: false,
            password: Some(password.clone()),
        };
        let user = self.ensure("login", colleague.login, make).await?;
        if secrets.fresh() && user.created_at != self.now {
            let patch = json!({ "password": password.reveal() });
            self.store.update::<User>(&self.who, self.now, user.id, user.version, &patch).await?;
        }
        if let Some(phone) = phone.as_ref().filter(|phone| phone.owner_id != Some(user.id)) {
            let patch = json!({ "owner_id": user.id });
            self.store.update::<Phone>(&self.who, self.now, phone.id, phone.version, &patch).await?;
        }
        Ok((user.id, phone.map(|phone| phone.id)))
    }

    async fn phone(&self, user: &str, of: &str, secrets: &Secrets) -> anyhow::Result<Stored<Phone>> {
        let password = Secret::new(secrets.phone(user));
        let make = || Phone {
            username: user.into(),
            name: format!("Desk {user}, {of}"),
            owner_id: None,
            active: true,
            srtp: None,
            password: Some(password.clone()),
        };
        let phone = self.ensure("username", user, make).await?;
        if secrets.fresh() && phone.created_at != self.now {
            let patch = json!({ "password": password.reveal() });
            return Ok(self.store.update::<Phone>(&self.who, self.now, phone.id, phone.version, &patch).await?);
        }
        Ok(phone)
    }

    async fn customer(&self, at: usize, sample: &Sample) -> anyhow::Result<CustomerId> {
        let external = format!("demo-{:02}", at + 1);
        if let Some(found) = self.find::<Customer>("external_id", &external).await? {
            return Ok(found.id);
        }
        let names = match sample.kind {
            // A Chinese name is shown as it is written, family name first.
            CustomerKind::Person if sample.language == "en" => sample.name.split_once(' '),
            CustomerKind::Person | CustomerKind::Company => None,
        };
        let customer = Customer {
            kind: sample.kind,
            name: sample.name.into(),
            given_name: names.map(|(given, _)| given.to_owned()),
            family_name: names.map(|(_, family)| family.to_owned()),
            company: sample.company.map(str::to_owned),
            language: Some(sample.language.into()),
            tier: sample.tier.into(),
            notes: sample.notes.into(),
            owner_id: None,
            external_id: Some(external),
            attributes: BTreeMap::from([("account".to_owned(), (4100 + at).to_string())]),
            languages: Vec::new(),
            team_id: None,
            visibility: Visibility::Everyone,
            fields: BTreeMap::new(),
            birthday: None,
        };
        let phone = ContactInput {
            label: if sample.kind == CustomerKind::Company { "switchboard" } else { "mobile" }.into(),
            preferred: true,
            ..ContactInput::new(ContactKind::Phone, sample.number)
        };
        let (customer, _) = self.store.create_customer(&self.who, self.now, customer, &[phone]).await?;
        for (kind, title) in sample.open {
            let item = OpenItem {
                customer_id: customer.id,
                kind: *kind,
                title: (*title).into(),
                state: OpenItemState::Open,
                due_at: Some(Utc(self.now.0 + 3 * 86_400_000_000)),
            };
            self.store.insert(&self.who, self.now, item).await?;
        }
        Ok(customer.id)
    }
}

const DIALLING: &str = "Colleagues";

/// Everybody may dial, but nothing that is dear.
fn dialling() -> DialRule {
    DialRule {
        name: DIALLING.into(),
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

fn always_open() -> Hours {
    let day = |day| WeeklySpan { day, from: "00:00".into(), to: "24:00".into() };
    Hours { name: "Always open".into(), zone: "Europe/London".into(), weekly: (1..=7).map(day).collect(), holidays: Vec::new() }
}
