//! One topic: its entries, its version, its last deltas. Pure; who follows it and who may is not known here.

use axum::extract::ws::Utf8Bytes;
use cti_types::{CustomerId, QueueId, TeamId, UserId};
use softphone_protocol::{At, Topic};
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

/// A topic as the gateway keeps it. On the wire `Me` is `me` for everybody; here it says whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopicKey {
    // First, so that a person's own state leaves before the floor's.
    Me(UserId),
    MyWork(UserId),
    Customer(CustomerId),
    Queue(QueueId),
    Team(TeamId),
    Floor,
}

impl TopicKey {
    /// What clients call it.
    pub fn wire(self) -> Topic {
        match self {
            TopicKey::Me(_) => Topic::Me,
            TopicKey::MyWork(_) => Topic::MyWork,
            TopicKey::Customer(id) => Topic::Customer(id),
            TopicKey::Queue(id) => Topic::Queue(id),
            TopicKey::Team(id) => Topic::Team(id),
            TopicKey::Floor => Topic::Floor,
        }
    }

    /// Changes of it are joined to a few deltas a second. A person's own state is never held back, and of a record every change is told.
    pub(crate) fn conflated(self) -> bool {
        match self {
            TopicKey::Me(_) | TopicKey::MyWork(_) | TopicKey::Customer(_) => false,
            TopicKey::Queue(_) | TopicKey::Team(_) | TopicKey::Floor => true,
        }
    }

    /// It is there for its followers alone: what it holds is forgotten with the last of them, and nothing is published into it before there
    /// is one. Records are millions, those looked at few.
    pub(crate) fn transient(self) -> bool {
        match self {
            TopicKey::MyWork(_) | TopicKey::Customer(_) => true,
            TopicKey::Me(_) | TopicKey::Queue(_) | TopicKey::Team(_) | TopicKey::Floor => false,
        }
    }
}

/// What a topic may hold; see [`Config`](crate::Config) for what happens at each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) deltas: usize,
    pub(crate) delta_bytes: usize,
    pub(crate) entries: usize,
}

/// Bytes of deltas kept of any topic, within its bounds. Beyond it they are kept up to twice what the entries take: a follower who is
/// further behind is served better by a snapshot.
const DELTA_BYTES_MIN: usize = 16 * 1024;

/// What a follower has missed.
#[derive(Debug)]
pub(crate) struct Missed {
    /// Whole messages, in order; shared by all followers.
    pub(crate) messages: Vec<Utf8Bytes>,
    /// Where the follower stands after them.
    pub(crate) at: At,
    /// They begin with a snapshot.
    pub(crate) snapshot: bool,
}

/// Ordered entries with a version that grows by one with every commit that changes something.
#[derive(Debug)]
pub(crate) struct TopicState {
    name: String,
    epoch: u64,
    version: u64,
    bounds: Bounds,
    /// Entry name → JSON text.
    entries: BTreeMap<String, Arc<str>>,
    /// Of names and texts.
    entry_bytes: usize,
    /// Changes not yet committed, the latest of each entry; `None` removes it.
    staged: BTreeMap<String, Option<Arc<str>>>,
    /// Messages that lead to `version`, the newest last.
    deltas: VecDeque<Utf8Bytes>,
    delta_bytes: usize,
    /// The snapshot message of `version`, once somebody asked for it.
    snapshot: Option<Utf8Bytes>,
}

impl TopicState {
    pub(crate) fn new(topic: Topic, epoch: u64, bounds: Bounds) -> Self {
        TopicState {
            name: topic.to_string(),
            epoch,
            version: 0,
            bounds,
            entries: BTreeMap::new(),
            entry_bytes: 0,
            staged: BTreeMap::new(),
            deltas: VecDeque::new(),
            delta_bytes: 0,
            snapshot: None,
        }
    }

    /// Holds a change until [`Self::commit`]. `json` is JSON text, or `None` to remove the entry. `false` when the topic has as many
    /// entries as it may and the change is left out.
    pub(crate) fn stage(&mut self, entry: String, json: Option<Arc<str>>) -> bool {
        let is_new = json.is_some() && !self.entries.contains_key(&entry) && !self.staged.contains_key(&entry);
        if is_new && self.entries.len() + self.staged.len() >= self.bounds.entries {
            return false;
        }
        self.staged.insert(entry, json);
        true
    }

    /// Stages the removal of every entry that `keep` does not name.
    pub(crate) fn stage_removal_of_others(&mut self, keep: impl Fn(&str) -> bool) {
        let gone: Vec<String> = self.entries.keys().chain(self.staged.keys()).filter(|name| !keep(name)).cloned().collect();
        for name in gone {
            self.staged.insert(name, None);
        }
    }

    /// Makes what is staged one delta. `false` when it changes nothing, and then there is none.
    pub(crate) fn commit(&mut self) -> bool {
        let (mut set, mut del) = (String::new(), String::new());
        for (name, json) in std::mem::take(&mut self.staged) {
            match json {
                Some(json) => {
                    if self.entries.get(&name) != Some(&json) {
                        push_entry(&mut set, &name, &json);
                        self.entry_bytes += name.len() + json.len();
                        let held = name.len();
                        if let Some(before) = self.entries.insert(name, json) {
                            self.entry_bytes -= held + before.len();
                        }
                    }
                }
                None => {
                    if let Some(before) = self.entries.remove(&name) {
                        self.entry_bytes -= name.len() + before.len();
                        push_comma(&mut del);
                        push_text(&mut del, &name);
                    }
                }
            }
        }
        if set.is_empty() && del.is_empty() {
            return false;
        }
        self.version += 1;
        self.snapshot = None;
        let message = format!(
            r#"{{"type":"delta","topic":"{}","epoch":{},"version":{},"set":{{{set}}},"del":[{del}]}}"#,
            self.name, self.epoch, self.version
        );
        self.delta_bytes += message.len();
        self.deltas.push_back(message.into());
        let bytes_max = self.bounds.delta_bytes.min(DELTA_BYTES_MIN.max(2 * self.entry_bytes));
        while self.deltas.len() > self.bounds.deltas || self.delta_bytes > bytes_max {
            let Some(oldest) = self.deltas.pop_front() else { break };
            self.delta_bytes -= oldest.len();
        }
        true
    }

    /// What a follower at `at` has missed: the deltas since, up to about `bytes_max` and at least one; or a snapshot for one who is
    /// new, too far behind, or of another epoch.
    pub(crate) fn since(&mut self, at: Option<At>, bytes_max: usize) -> Missed {
        if let Some(At { version, .. }) = at.filter(|at| at.epoch == self.epoch && at.version <= self.version) {
            let behind = self.version - version;
            if behind <= self.deltas.len() as u64 {
                return self.deltas_since(version, behind as usize, bytes_max);
            }
        }
        let (name, epoch, version, entries) = (&self.name, self.epoch, self.version, &self.entries);
        let message = self.snapshot.get_or_insert_with(|| {
            let mut state = String::new();
            for (name, json) in entries {
                push_entry(&mut state, name, json);
            }
            format!(r#"{{"type":"snapshot","topic":"{name}","epoch":{epoch},"version":{version},"state":{{{state}}}}}"#).into()
        });
        Missed { messages: vec![message.clone()], at: At { epoch, version }, snapshot: true }
    }

    fn deltas_since(&self, mut version: u64, behind: usize, bytes_max: usize) -> Missed {
        let mut messages = Vec::new();
        let mut bytes = 0;
        for message in self.deltas.iter().skip(self.deltas.len() - behind) {
            if bytes >= bytes_max {
                break;
            }
            bytes += message.len();
            version += 1;
            messages.push(message.clone());
        }
        Missed { messages, at: At { epoch: self.epoch, version }, snapshot: false }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Nothing in it: it may be forgotten when nobody follows it.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.staged.is_empty()
    }

    /// Bytes of messages kept (entries not counted).
    pub(crate) fn held_bytes(&self) -> usize {
        self.delta_bytes + self.snapshot.as_ref().map_or(0, |text| text.len())
    }
}

fn push_comma(out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
}

fn push_entry(out: &mut String, name: &str, json: &str) {
    push_comma(out);
    push_text(out, name);
    out.push(':');
    out.push_str(json);
}

/// `text` as a JSON string.
fn push_text(out: &mut String, text: &str) {
    // Writing to a String cannot fail, and a JSON value's Display is its compact JSON.
    let _ = write!(out, "{}", serde_json::Value::from(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};
    use softphone_protocol::ServerMessage;

    const BOUNDS: Bounds = Bounds { deltas: 4, delta_bytes: 10_000, entries: 10 };

    fn topic() -> TopicState {
        TopicState::new(Topic::Floor, 7, BOUNDS)
    }

    fn put(topic: &mut TopicState, name: &str, value: Option<Value>) -> bool {
        topic.stage(name.into(), value.map(|v| v.to_string().into()));
        topic.commit()
    }

    fn read(missed: &Missed) -> Vec<ServerMessage> {
        missed.messages.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
    }

    /// A client's copy of a topic.
    #[derive(Default)]
    struct Copy {
        at: Option<At>,
        state: Map<String, Value>,
    }

    impl Copy {
        fn apply(&mut self, missed: &Missed) {
            for message in read(missed) {
                match message {
                    ServerMessage::Snapshot { epoch, version, state, .. } => {
                        self.at = Some(At { epoch, version });
                        self.state = state;
                    }
                    ServerMessage::Delta { epoch, version, set, del, .. } => {
                        assert_eq!(self.at, Some(At { epoch, version: version - 1 }), "a delta follows the one before");
                        self.at = Some(At { epoch, version });
                        self.state.extend(set);
                        for name in del {
                            assert!(self.state.remove(&name).is_some());
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(self.at, Some(missed.at));
        }
    }

    #[test]
    fn one_commit_makes_one_delta_with_all_that_changed() {
        let mut t = topic();
        put(&mut t, "a", Some(json!(1)));
        let at = t.since(None, 1).at;
        t.stage("b\"".into(), Some("{\"x\":2}".into()));
        t.stage("a".into(), None);
        assert!(t.commit());
        let expected = ServerMessage::Delta {
            topic: Topic::Floor,
            epoch: 7,
            version: 2,
            set: json!({"b\"": {"x": 2}}).as_object().unwrap().clone(),
            del: vec!["a".into()],
        };
        assert_eq!(read(&t.since(Some(at), 1_000)), vec![expected]);
    }

    #[test]
    fn what_changes_nothing_makes_no_delta() {
        let mut t = topic();
        assert!(put(&mut t, "a", Some(json!(1))));
        assert!(!put(&mut t, "a", Some(json!(1))));
        assert!(!put(&mut t, "b", None));
        assert_eq!(t.since(None, 1).at.version, 1);
    }

    #[test]
    fn who_returns_gets_only_what_is_missing() {
        let mut t = topic();
        for n in 1..=5 {
            put(&mut t, "n", Some(json!(n)));
        }
        let missed = t.since(Some(At { epoch: 7, version: 3 }), 10_000);
        assert!(!missed.snapshot);
        assert_eq!(missed.messages.len(), 2);
        assert!(t.since(Some(missed.at), 10_000).messages.is_empty());
    }

    #[test]
    fn who_is_too_far_behind_or_of_another_time_gets_a_snapshot() {
        let mut t = topic();
        for n in 1..=5 {
            put(&mut t, "n", Some(json!(n)));
        }
        for at in [None, Some(At { epoch: 7, version: 0 }), Some(At { epoch: 6, version: 5 }), Some(At { epoch: 7, version: 6 })] {
            let missed = t.since(at, 10_000);
            assert!(missed.snapshot, "{at:?}");
            assert_eq!(missed.at, At { epoch: 7, version: 5 });
        }
    }

    #[test]
    fn deltas_are_kept_within_their_bytes() {
        let mut t = topic();
        for n in 0..4 {
            put(&mut t, "n", Some(json!(format!("{n}{}", "x".repeat(4_000)))));
            assert!(t.held_bytes() <= BOUNDS.delta_bytes);
        }
        put(&mut t, "n", Some(json!("y".repeat(20_000))));
        assert_eq!(t.held_bytes(), 0);
        assert!(t.since(Some(At { epoch: 7, version: 4 }), 10_000).snapshot);
    }

    #[test]
    fn deltas_are_not_kept_far_beyond_what_a_snapshot_takes() {
        let mut t = TopicState::new(Topic::Floor, 7, Bounds { deltas: 10_000, delta_bytes: 1 << 20, entries: 10 });
        for n in 0..1_000 {
            put(&mut t, "n", Some(json!(format!("{n:0100}"))));
            assert!(t.held_bytes() <= DELTA_BYTES_MIN);
        }
        let small = t.deltas.len();
        assert!(t.held_bytes() > DELTA_BYTES_MIN - 200 && small > 50, "{small}");
        put(&mut t, "large", Some(json!("x".repeat(20_000))));
        for n in 0..1_000 {
            put(&mut t, "n", Some(json!(format!("{n:0100}"))));
        }
        assert!(t.held_bytes() > 40_000 && t.held_bytes() <= 2 * t.entry_bytes);
        put(&mut t, "large", None);
        assert!(t.held_bytes() <= DELTA_BYTES_MIN && t.entry_bytes < 200);
    }

    #[test]
    fn at_the_bound_of_entries_new_ones_are_left_out_and_old_ones_live() {
        let mut t = topic();
        for n in 0..10 {
            assert!(t.stage(format!("{n}"), Some("1".into())));
            t.commit();
        }
        assert!(!t.stage("more".into(), Some("1".into())));
        assert!(t.stage("3".into(), Some("2".into())));
        assert!(t.stage("4".into(), None));
        assert!(t.commit());
        assert!(t.stage("more".into(), Some("1".into())));
    }

    #[test]
    fn followers_share_one_text() {
        let mut t = topic();
        put(&mut t, "a", Some(json!(1)));
        let (one, two) = (t.since(None, 1), t.since(None, 1));
        assert_eq!(one.messages[0].as_ptr(), two.messages[0].as_ptr());
    }

    proptest! {
        #[test]
        fn a_follower_who_looks_now_and_then_ends_with_the_same_state(
            steps in proptest::collection::vec((0u8..6, proptest::option::of(0u8..3), 0u8..4, 1usize..300), 1..80)
        ) {
            let mut t = topic();
            let mut copy = Copy::default();
            let mut truth = Map::new();
            for (name, value, looks, bytes) in steps {
                let name = format!("k{name}");
                t.stage(name.clone(), value.map(|v| v.to_string().into()));
                match value {
                    Some(v) => truth.insert(name, json!(v)),
                    None => truth.remove(&name),
                };
                t.commit();
                if looks == 0 {
                    copy.apply(&t.since(copy.at, bytes));
                }
            }
            while copy.at != Some(t.since(None, 1).at) {
                copy.apply(&t.since(copy.at, 1));
            }
            prop_assert_eq!(copy.state, truth);
        }
    }
}
