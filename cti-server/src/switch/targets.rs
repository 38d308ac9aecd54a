//! To whom a call may be given: agents, queues, flows, a number, with how they do now, as the REST API shows them. Changes nothing. Extends
//! [`Rooms`].

use super::rooms::Rooms;
use super::views::presence_view;
use cti_types::acd::Presence;
use cti_types::{AgentId, Now, TeamId, Tick, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use softphone_protocol::{PresenceView, Role, ShownState, TargetAsked};
use std::str::FromStr;
use utoipa::ToSchema;

/// Most agents looked at; in a larger house the others are found by their number or login only when asked for by REST lists. No question of
/// the API may hold the switch up.
const LOOKED_AT_MAX: usize = 10_000;

/// Somebody looks for whom to give a call to.
#[derive(Clone, Debug)]
pub struct TargetsAsked {
    pub by: UserId,
    /// The highest role of the login.
    pub role: Role,
    /// Words that stand in the name or login, or a number.
    pub search: String,
    /// Only these.
    pub kind: Option<TargetKind>,
    pub limit: usize,
}

/// What a call may be given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    Number,
    Agent,
    Queue,
    Flow,
}

impl FromStr for TargetKind {
    type Err = ();
    fn from_str(word: &str) -> Result<TargetKind, ()> {
        match word {
            "number" => Ok(TargetKind::Number),
            "agent" => Ok(TargetKind::Agent),
            "queue" => Ok(TargetKind::Queue),
            "flow" => Ok(TargetKind::Flow),
            _ => Err(()),
        }
    }
}

/// One to whom a call may be given.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TransferTarget {
    /// `number`, `agent`, `queue`, `flow`.
    pub kind: &'static str,
    /// What `transfer` and `consult` take as `to`.
    #[schema(value_type = Object)]
    pub to: Value,
    pub name: String,
    /// They may be asked first; else the call is given at once.
    pub can_consult: bool,
    /// Of an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub team: Option<TeamId>,
    /// `logged_out`, `not_ready`, `ready`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub presence: Option<PresenceView>,
    /// The one word a screen shows: `ready`, `talking`, `wrap_up`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub state: Option<ShownState>,
    /// When `state` began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Their telephone can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// Of a queue: calls that wait in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<u32>,
    /// Agents of it signed in; of these ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staffed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<u32>,
    /// It takes new work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_wait_ms: Option<u64>,
    /// A message may be left there as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voicemail: Option<bool>,
}

/// The answer to [`TargetsAsked`].
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TransferTargets {
    pub items: Vec<TransferTarget>,
    /// There are more than were asked for.
    pub more: bool,
}

/// In which order kinds are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number,
    FreeAgent,
    Queue,
    OtherAgent,
    Flow,
    SignedOut,
}

/// What is looked for, in small letters.
struct Words(Vec<String>);

impl Words {
    fn of(search: &str) -> Words {
        Words(search.split_whitespace().map(str::to_lowercase).collect())
    }

    fn are_in(&self, name: &str, other: &str) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let (name, other) = (name.to_lowercase(), other.to_lowercase());
        self.0.iter().all(|word| name.contains(word) || other.contains(word))
    }
}

fn utc(now: Now, tick: Tick) -> i64 {
    now.utc.0 + tick.0 as i64 - now.tick.0 as i64
}

impl Rooms {
    pub(super) fn targets(&self, now: Now, asked: &TargetsAsked) -> Value {
        let words = Words::of(&asked.search);
        let wanted = |kind: TargetKind| asked.kind.is_none_or(|only| only == kind);
        let mut found: Vec<(Place, TransferTarget)> = Vec::new();
        if wanted(TargetKind::Number) {
            found.extend(self.number_target(now, asked).map(|target| (Place::Number, target)));
        }
        if wanted(TargetKind::Agent) {
            found.extend(self.agent_targets(now, asked.by, &words));
        }
        if wanted(TargetKind::Queue) {
            found.extend(self.queue_targets(now, &words).map(|target| (Place::Queue, target)));
        }
        if wanted(TargetKind::Flow) {
            found.extend(self.flow_targets(&words).map(|target| (Place::Flow, target)));
        }
        found.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
        let more = found.len() > asked.limit || self.directory.agents.len() > LOOKED_AT_MAX;
        let items: Vec<TransferTarget> = found.into_iter().take(asked.limit).map(|(_, target)| target).collect();
        json!(TransferTargets { items, more })
    }

    /// What was typed, if this person may call it.
    fn number_target(&self, now: Now, asked: &TargetsAsked) -> Option<TransferTarget> {
        let typed = asked.search.trim();
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        let is_number = digits >= 2 && typed.chars().all(|c| c.is_ascii_digit() || "+ ()-./*#".contains(c));
        if !is_number {
            return None;
        }
        self.check_dial(now, asked.by, typed).ok().map(|_| TransferTarget {
            kind: "number",
            to: json!(TargetAsked::Number { number: typed.to_owned() }),
            name: typed.to_owned(),
            can_consult: true,
            ..TransferTarget::default()
        })
    }

    fn agent_targets(&self, now: Now, by: UserId, words: &Words) -> impl Iterator<Item = (Place, TransferTarget)> {
        let all = self.directory.agents.iter().take(LOOKED_AT_MAX);
        all.filter(move |(id, agent)| **id != by && agent.active && words.are_in(&agent.name, &agent.login))
            .filter_map(move |(id, _)| self.agent_target(now, *id))
    }

    fn agent_target(&self, now: Now, id: AgentId) -> Option<(Place, TransferTarget)> {
        let agent = self.directory.agents.get(&id)?;
        let state = self.agents.get(&id).filter(|state| state.presence != Presence::LoggedOut);
        let shown = state.map_or(ShownState::LoggedOut, |state| self.shown_state(state));
        let place = match shown {
            ShownState::Ready => Place::FreeAgent,
            ShownState::LoggedOut => Place::SignedOut,
            ShownState::NotReady
            | ShownState::Reserved
            | ShownState::Talking
            | ShownState::Hold
            | ShownState::Handling
            | ShownState::WrapUp => Place::OtherAgent,
        };
        // Who is signed out and takes no messages cannot be given anything.
        if state.is_none() && !agent.voicemail {
            return None;
        }
        let to = if state.is_none() { TargetAsked::AgentVoicemail { id } } else { TargetAsked::Agent { id } };
        let target = TransferTarget {
            kind: "agent",
            to: json!(to),
            name: agent.name.clone(),
            can_consult: state.is_some(),
            login: Some(agent.login.clone()),
            team: agent.team,
            presence: Some(state.map_or(PresenceView::LoggedOut, |state| presence_view(state.presence))),
            state: Some(shown),
            since: self.desks.shown_since(id).filter(|_| state.is_some()).map(|since| utc(now, since)),
            reachable: Some(state.is_some_and(|state| state.reachable)),
            voicemail: Some(agent.voicemail),
            ..TransferTarget::default()
        };
        Some((place, target))
    }

    fn queue_targets(&self, now: Now, words: &Words) -> impl Iterator<Item = TransferTarget> {
        let matching = self.directory.queues.iter().filter(move |(_, queue)| words.are_in(&queue.settings.name, ""));
        matching.map(move |(id, queue)| {
            let state = self.acd.queue(*id);
            let open = queue.settings_at(now.utc).open;
            TransferTarget {
                kind: "queue",
                to: json!(TargetAsked::Queue { id: *id }),
                name: queue.settings.name.clone(),
                can_consult: open,
                waiting: state.as_ref().map(|state| state.waiting),
                staffed: state.as_ref().map(|state| state.staffed),
                ready: state.as_ref().map(|state| state.ready),
                open: Some(open),
                expected_wait_ms: state.and_then(|state| state.expected).map(|wait| wait.as_millis() as u64),
                voicemail: Some(true),
                ..TransferTarget::default()
            }
        })
    }

    fn flow_targets(&self, words: &Words) -> impl Iterator<Item = TransferTarget> {
        let matching = self.directory.flows.iter().filter(move |(_, entry)| words.are_in(entry.flow.name(), ""));
        matching.map(|(id, entry)| TransferTarget {
            kind: "flow",
            to: json!(TargetAsked::Flow { id: *id }),
            name: entry.flow.name().to_owned(),
            ..TransferTarget::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_stand_in_the_name_or_the_login() {
        let table = [("", true), ("ann", true), ("ANN b", true), ("ab be", true), ("ann carl", false), ("  ", true), ("bell ann", true)];
        for (search, expected) in table {
            assert_eq!(Words::of(search).are_in("Ann Bell", "ab1"), expected, "{search:?}");
        }
    }
}
