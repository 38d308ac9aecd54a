//! What tickets go by: types, promised times, assignment rules, triggers, templates. Rules of the fields only.

use super::people::yes;
use super::ticket::words;
use super::{
    Check, Column, Kind, Reference, Resource, SlaPolicyId, TicketPriority, TicketRuleId, TicketStatus, TicketTemplateId, TicketTriggerId,
    TicketTypeId, UsedBy, columns,
};
use crate::tickets::template;
use cti_types::{HoursId, QueueId, TeamId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A target of business time is at most a year, a wait at most that of the clock.
const TARGET_MS_MAX: i64 = 366 * 86_400_000;
/// Agents one rule chooses among; people one trigger tells.
const PEOPLE_MAX: usize = 100;

fn normal() -> TicketPriority {
    TicketPriority::Normal
}

fn one(field: &str, table: &'static str, id: Option<impl ToString>) -> Option<Reference> {
    id.map(|id| Reference { field: field.to_owned(), table, id: id.to_string() })
}

/// A kind of ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketType {
    pub name: String,
    /// Its tickets go through the steps of a complaint.
    #[serde(default)]
    pub complaint: bool,
    /// Of a ticket that names none.
    #[serde(default = "normal")]
    pub priority: TicketPriority,
    /// Where a ticket goes that no rule fits.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    /// What is promised; none: nothing.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub sla_policy_id: Option<SlaPolicyId>,
    /// Title and description of a ticket that brings none.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub template_id: Option<TicketTemplateId>,
    /// Those its tickets may take beside `new` and `closed`; empty: all.
    #[serde(default)]
    pub statuses: BTreeSet<TicketStatus>,
    #[serde(default = "yes")]
    pub active: bool,
}

impl TicketType {
    /// Whether its tickets may have this status.
    pub fn allows(&self, status: TicketStatus) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status) || matches!(status, TicketStatus::New | TicketStatus::Closed)
    }
}

impl Resource for TicketType {
    type Id = TicketTypeId;
    const KIND: Kind = Kind::TicketType;
    const TABLE: &'static str = "ticket_type";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, complaint: Bool, priority: Text, queue_id: Text, team_id: Text, sla_policy_id: Text, template_id: Text, statuses: Json,
        active: Bool,
    );
    // Tickets hold it by a foreign key. Rules and triggers are few.
    const USED_BY: &'static [UsedBy] =
        &[UsedBy { table: "ticket_rule", column: "types" }, UsedBy { table: "ticket_trigger", column: "types" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }

    fn check_change(&self, old: &Self, check: &mut Check) {
        check.that(self.complaint == old.complaint, "complaint", "leave it as it is: its tickets are on their way");
    }

    fn references(&self) -> Vec<Reference> {
        let all = [
            one("queue_id", "queue", self.queue_id),
            one("team_id", "team", self.team_id),
            one("sla_policy_id", "sla_policy", self.sla_policy_id),
            one("template_id", "ticket_template", self.template_id),
        ];
        all.into_iter().flatten().collect()
    }
}

/// The times promised to some tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaTarget {
    /// For tickets of this priority; none: of any.
    #[serde(default)]
    pub priority: Option<TicketPriority>,
    /// For customers of this tier; none: of any.
    #[serde(default)]
    pub tier: Option<String>,
    /// Business time until the first answer, ms; none: not promised.
    #[serde(default)]
    pub first_response_ms: Option<i64>,
    /// Business time until it is resolved, ms; none: not promised.
    #[serde(default)]
    pub resolution_ms: Option<i64>,
}

/// What is promised to customers, and when its clock runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaPolicy {
    pub name: String,
    /// Business hours, with their zone and holidays; none: around the clock.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub hours_id: Option<HoursId>,
    /// The clock stands still while the customer is waited for.
    #[serde(default = "yes")]
    pub pause_while_pending: bool,
    /// The first that fits holds; at most 50.
    #[serde(default)]
    pub targets: Vec<SlaTarget>,
}

impl SlaPolicy {
    /// What is promised to a ticket of this priority whose customer has this tier.
    pub fn target(&self, priority: TicketPriority, tier: &str) -> Option<&SlaTarget> {
        let fits = |target: &&SlaTarget| {
            target.priority.is_none_or(|wanted| wanted == priority) && target.tier.as_deref().is_none_or(|wanted| wanted == tier)
        };
        self.targets.iter().find(fits)
    }
}

impl Resource for SlaPolicy {
    type Id = SlaPolicyId;
    const KIND: Kind = Kind::SlaPolicy;
    const TABLE: &'static str = "sla_policy";
    const COLUMNS: &'static [Column] = columns!(name: Text, hours_id: Text, pause_while_pending: Bool, targets: Json);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "ticket_type", column: "sla_policy_id" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.count("targets", self.targets.len(), 50);
        for (at, target) in self.targets.iter().take(50).enumerate() {
            for (name, target_ms) in [("first_response_ms", target.first_response_ms), ("resolution_ms", target.resolution_ms)] {
                if let Some(target_ms) = target_ms {
                    check.range(format!("targets[{at}].{name}"), target_ms, 1_000, TARGET_MS_MAX);
                }
            }
            if let Some(tier) = &target.tier {
                check.line(&format!("targets[{at}].tier"), tier, 32);
            }
        }
    }

    fn references(&self) -> Vec<Reference> {
        one("hours_id", "hours", self.hours_id).into_iter().collect()
    }
}

words! {
    /// How a rule chooses among agents.
    AgentPick {
        /// Nobody: the ticket waits for whoever takes it.
        Nobody = "nobody",
        /// One after the other.
        RoundRobin = "round_robin",
        /// Who has the fewest live tickets; among equals the one named first.
        LeastOpen = "least_open",
    }
}

/// Which tickets a rule or a trigger is about; an empty list: whatever it is.
fn check_conditions(check: &mut Check, types: &BTreeSet<TicketTypeId>, tiers: &BTreeSet<String>) {
    check.count("types", types.len(), 100);
    check.count("tiers", tiers.len(), 50);
    for tier in tiers.iter().take(50) {
        check.line("tiers", tier, 32);
    }
}

fn type_references(types: &BTreeSet<TicketTypeId>) -> impl Iterator<Item = Reference> {
    types.iter().enumerate().map(|(at, id)| Reference { field: format!("types[{at}]"), table: "ticket_type", id: id.to_string() })
}

fn people_references(field: &str, people: &[UserId]) -> Vec<Reference> {
    let reference = |(at, id): (usize, &UserId)| Reference { field: format!("{field}[{at}]"), table: "app_user", id: id.to_string() };
    people.iter().enumerate().map(reference).collect()
}

/// Who gets which new tickets. The first rule that fits, by `sort`, decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRule {
    pub name: String,
    /// Place among the rules, smallest first.
    #[serde(default)]
    pub sort: i64,
    /// For tickets of these types; empty: of any. So with the next three.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub types: BTreeSet<TicketTypeId>,
    #[serde(default)]
    pub priorities: BTreeSet<TicketPriority>,
    /// Tiers of the main customer; one without a customer has `none`.
    #[serde(default)]
    pub tiers: BTreeSet<String>,
    /// Languages of the main customer.
    #[serde(default)]
    pub languages: BTreeSet<String>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    /// Whom to choose among, at most 100; empty: the active people of the team.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub agents: Vec<UserId>,
    #[serde(default = "nobody")]
    pub pick: AgentPick,
    #[serde(default = "yes")]
    pub active: bool,
}

fn nobody() -> AgentPick {
    AgentPick::Nobody
}

impl Resource for TicketRule {
    type Id = TicketRuleId;
    const KIND: Kind = Kind::TicketRule;
    const TABLE: &'static str = "ticket_rule";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, sort: Int, types: Json, priorities: Json, tiers: Json, languages: Json, queue_id: Text, team_id: Text, agents: Json,
        pick: Text, active: Bool,
    );

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check_conditions(check, &self.types, &self.tiers);
        check.count("languages", self.languages.len(), 50);
        for language in self.languages.iter().take(50) {
            check.language("languages", language);
        }
        check.count("agents", self.agents.len(), PEOPLE_MAX);
        let somewhere = self.queue_id.is_some() || self.team_id.is_some() || !self.agents.is_empty();
        check.that(somewhere, "queue_id", "choose a queue, a team or agents: where its tickets go");
        let whom = self.pick == AgentPick::Nobody || self.team_id.is_some() || !self.agents.is_empty();
        check.that(whom, "agents", "choose agents or a team to choose among");
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> = type_references(&self.types).collect();
        all.extend(one("queue_id", "queue", self.queue_id));
        all.extend(one("team_id", "team", self.team_id));
        all.extend(people_references("agents", &self.agents));
        all
    }
}

words! {
    /// Which of the promised times.
    SlaClock { Response = "response", Resolution = "resolution" }
}

/// When a trigger does its work, once for each ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriggerMoment {
    /// So long before a promised time is broken.
    BeforeBreach { clock: SlaClock, ms: i64 },
    /// When it is broken, or so long after.
    AfterBreach {
        clock: SlaClock,
        #[serde(default)]
        ms: i64,
    },
    /// When a status has not changed for so long.
    Unchanged { status: TicketStatus, ms: i64 },
    /// When it was reopened so many times.
    Reopened { times: i64 },
}

/// What a trigger does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriggerAction {
    /// One step up.
    RaisePriority,
    /// To somebody else: what is named is set, and without a person the ticket is nobody's.
    Reassign {
        #[serde(default)]
        #[schema(value_type = Option<Uuid>)]
        queue_id: Option<QueueId>,
        #[serde(default)]
        #[schema(value_type = Option<Uuid>)]
        team_id: Option<TeamId>,
        #[serde(default)]
        #[schema(value_type = Option<Uuid>)]
        assignee_id: Option<UserId>,
    },
    /// These people are told.
    Notify {
        #[serde(default)]
        assignee: bool,
        #[serde(default)]
        watchers: bool,
        #[serde(default)]
        #[schema(value_type = Vec<Uuid>)]
        users: Vec<UserId>,
    },
    /// An internal comment of the program's.
    Note { text: String },
}

/// What happens when a ticket is not looked after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketTrigger {
    pub name: String,
    /// Place among the triggers, smallest first.
    #[serde(default)]
    pub sort: i64,
    /// For tickets of these types; empty: of any. So with the next two.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub types: BTreeSet<TicketTypeId>,
    #[serde(default)]
    pub priorities: BTreeSet<TicketPriority>,
    #[serde(default)]
    pub tiers: BTreeSet<String>,
    pub moment: TriggerMoment,
    /// Waits count the business hours of the promised times' policy, and it does its work only within them; what comes due outside waits for
    /// the next opening. Otherwise they are of the clock on the wall.
    #[serde(default)]
    pub business_hours: bool,
    /// 1 to 10, done in their order.
    pub actions: Vec<TriggerAction>,
    #[serde(default = "yes")]
    pub active: bool,
}

impl Resource for TicketTrigger {
    type Id = TicketTriggerId;
    const KIND: Kind = Kind::TicketTrigger;
    const TABLE: &'static str = "ticket_trigger";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, sort: Int, types: Json, priorities: Json, tiers: Json, moment: Json, business_hours: Bool, actions: Json, active: Bool,
    );

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check_conditions(check, &self.types, &self.tiers);
        match self.moment {
            TriggerMoment::BeforeBreach { ms, .. } => check.range("moment.ms", ms, 1_000, TARGET_MS_MAX),
            TriggerMoment::AfterBreach { ms, .. } => check.range("moment.ms", ms, 0, TARGET_MS_MAX),
            TriggerMoment::Unchanged { ms, status } => {
                check.range("moment.ms", ms, 1_000, TARGET_MS_MAX);
                check.that(status != TicketStatus::Closed, "moment.status", "choose another: what is closed stays so");
            }
            TriggerMoment::Reopened { times } => check.range("moment.times", times, 1, 1_000),
        }
        check.that(!self.actions.is_empty(), "actions", "choose at least one");
        check.count("actions", self.actions.len(), 10);
        for (at, action) in self.actions.iter_mut().take(10).enumerate() {
            match action {
                TriggerAction::RaisePriority => {}
                TriggerAction::Reassign { queue_id, team_id, assignee_id } => {
                    let whom = queue_id.is_some() || team_id.is_some() || assignee_id.is_some();
                    check.that(whom, format!("actions[{at}]"), "choose a queue, a team or a person");
                }
                TriggerAction::Notify { assignee, watchers, users } => {
                    check.that(*assignee || *watchers || !users.is_empty(), format!("actions[{at}]"), "choose whom to tell");
                    check.count(&format!("actions[{at}].users"), users.len(), PEOPLE_MAX);
                }
                TriggerAction::Note { text } => {
                    check.that(!text.trim().is_empty(), format!("actions[{at}].text"), "give it a value");
                    check.text(&format!("actions[{at}].text"), text, 2_000);
                }
            }
        }
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> = type_references(&self.types).collect();
        for (at, action) in self.actions.iter().enumerate() {
            match action {
                TriggerAction::RaisePriority | TriggerAction::Note { .. } => {}
                TriggerAction::Reassign { queue_id, team_id, assignee_id } => {
                    all.extend(one(&format!("actions[{at}].queue_id"), "queue", *queue_id));
                    all.extend(one(&format!("actions[{at}].team_id"), "team", *team_id));
                    all.extend(one(&format!("actions[{at}].assignee_id"), "app_user", *assignee_id));
                }
                TriggerAction::Notify { users, .. } => all.extend(people_references(&format!("actions[{at}].users"), users)),
            }
        }
        all
    }
}

/// A text with gaps such as `{{customer.name}}`, for titles, descriptions and answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketTemplate {
    pub name: String,
    #[serde(default = "super::people::english")]
    pub language: String,
    /// At most 200 characters.
    #[serde(default)]
    pub title: String,
    /// At most 10,000 characters.
    #[serde(default)]
    pub text: String,
}

impl Resource for TicketTemplate {
    type Id = TicketTemplateId;
    const KIND: Kind = Kind::TicketTemplate;
    const TABLE: &'static str = "ticket_template";
    const COLUMNS: &'static [Column] = columns!(name: Text, language: Text, title: Text, text: Text);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "ticket_type", column: "template_id" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.language("language", &self.language);
        check.line("title", &self.title, 200);
        check.text("text", &mut self.text, 10_000);
        for (field, text) in [("title", &self.title), ("text", &self.text)] {
            if let Some(gap) = template::unknown(text) {
                check.wrong(field, format!("there is nothing to put for {{{{{gap}}}}}; there is {}", template::GAPS.join(", ")));
            }
        }
    }
}
