//! Names of topics and of the entries inside them. Who may read which is the gateway's matter.

use cti_types::{CustomerId, QueueId, TeamId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// What a client can follow. Written `me`, `my-work`, `floor`, `queue/<id>`, `team/<id>`, `customer/<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "\"me\" | \"my-work\" | \"floor\" | `queue/${string}` | `team/${string}` | `customer/${string}`")]
pub enum Topic {
    /// The signed-in person's own state, audio, offers, calls, messages and wrap-ups. Entries: `agent`, `audio`, `offer/<id>`,
    /// `call/<leg>`, `message/<interaction>`, `wrap_up/<assignment>`.
    Me,
    /// All queues, agents and calls. Entries: `queue/<id>`, `agent/<id>`, `call/<interaction>`.
    Floor,
    /// One queue. Entry: `queue`.
    Queue(QueueId),
    /// The agents of one team. Entries: `agent/<id>`.
    Team(TeamId),
    /// What the signed-in person, their team and their queues have to do. Entries: `counts` ([`WorkCountsView`](crate::WorkCountsView)),
    /// and by kind of row the last one that changed ([`ChangeView`](crate::ChangeView)).
    MyWork,
    /// A customer's record, for whoever has it before them. Entries: by kind of row (`customer`, `order`, `note`, …) the last one that
    /// changed ([`ChangeView`](crate::ChangeView)); each change is a delta. After a snapshot, read the record anew.
    Customer(CustomerId),
}

/// A text that names no topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTopic;

impl fmt::Display for UnknownTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a topic: expected `me`, `my-work`, `floor`, `queue/<id>`, `team/<id>` or `customer/<id>`")
    }
}

impl std::error::Error for UnknownTopic {}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Topic::Me => f.write_str("me"),
            Topic::Floor => f.write_str("floor"),
            Topic::Queue(id) => write!(f, "queue/{id}"),
            Topic::Team(id) => write!(f, "team/{id}"),
            Topic::MyWork => f.write_str("my-work"),
            Topic::Customer(id) => write!(f, "customer/{id}"),
        }
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;
    fn from_str(s: &str) -> Result<Self, UnknownTopic> {
        match s.split_once('/') {
            None if s == "me" => Ok(Topic::Me),
            None if s == "floor" => Ok(Topic::Floor),
            None if s == "my-work" => Ok(Topic::MyWork),
            Some(("queue", id)) => id.parse().map(Topic::Queue).map_err(|_| UnknownTopic),
            Some(("team", id)) => id.parse().map(Topic::Team).map_err(|_| UnknownTopic),
            Some(("customer", id)) => id.parse().map(Topic::Customer).map_err(|_| UnknownTopic),
            None | Some(_) => Err(UnknownTopic),
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = UnknownTopic;
    fn try_from(s: String) -> Result<Self, UnknownTopic> {
        s.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> String {
        topic.to_string()
    }
}

/// Names of the entries in a topic's state, made in one place so that publisher and reader agree.
pub mod key {
    use cti_types::{AgentId, AssignmentId, InteractionId, LegId, OfferId, QueueId};

    /// In `me`: the person's own [`AgentView`](crate::AgentView).
    pub const AGENT: &str = "agent";
    /// In `me`: which page is their telephone, [`AudioView`](crate::AudioView); only while signed in with the browser.
    pub const AUDIO: &str = "audio";
    /// In `queue/<id>`: the queue's [`QueueView`](crate::QueueView).
    pub const QUEUE: &str = "queue";
    /// In `my-work`: how much it is, [`WorkCountsView`](crate::WorkCountsView).
    pub const COUNTS: &str = "counts";
    /// In `customer/<id>` and `my-work`: a number that grows when changes were missed, and everything is to be read anew.
    pub const MISSED: &str = "missed";

    /// In `me`: an [`OfferView`](crate::OfferView).
    pub fn offer(id: OfferId) -> String {
        format!("offer/{id}")
    }
    /// In `me`: a [`CallView`](crate::CallView), by the agent's own leg.
    pub fn call(leg: LegId) -> String {
        format!("call/{leg}")
    }
    /// In `me`: a [`MessageView`](crate::MessageView).
    pub fn message(id: InteractionId) -> String {
        format!("message/{id}")
    }
    /// In `me`: a [`WrapUpView`](crate::WrapUpView).
    pub fn wrap_up(id: AssignmentId) -> String {
        format!("wrap_up/{id}")
    }
    /// In `queue/<id>`: a [`WaitingView`](crate::WaitingView).
    pub fn waiting(id: InteractionId) -> String {
        format!("waiting/{id}")
    }
    /// In `floor`: a [`QueueView`](crate::QueueView).
    pub fn queue(id: QueueId) -> String {
        format!("queue/{id}")
    }
    /// In `floor`: a [`FloorCallView`](crate::FloorCallView).
    pub fn floor_call(id: InteractionId) -> String {
        format!("call/{id}")
    }
    /// In `floor` and `team/<id>`: a [`FloorAgentView`](crate::FloorAgentView).
    pub fn agent(id: AgentId) -> String {
        format!("agent/{id}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_read_as_it_is_written() {
        let customer = Topic::Customer(CustomerId::from_u128(3));
        let (queue, team) = (Topic::Queue(QueueId::from_u128(7)), Topic::Team(TeamId::from_u128(9)));
        for topic in [Topic::Me, Topic::MyWork, Topic::Floor, queue, team, customer] {
            assert_eq!(topic.to_string().parse(), Ok(topic));
            let json = serde_json::to_string(&topic).unwrap();
            assert_eq!(serde_json::from_str::<Topic>(&json).unwrap(), topic);
        }
    }

    #[test]
    fn what_names_no_topic_is_refused() {
        for text in
            ["", "Me", "me/", "me/1", "queue", "queue/", "queue/x", "team/..", "floor/1", "agent/1", "my-work/1", "customer/", "customer"]
        {
            assert_eq!(text.parse::<Topic>(), Err(UnknownTopic), "{text}");
        }
    }
}
