//! Scripts as people edit them. What a version's document means is in `script`.

use super::{Check, Clash, Column, Kind, Reference, Resource, ScriptId, columns};
use crate::script::Document;
use cti_types::{QueueId, UserId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What agents are led through in calls of a queue. Its document stands in versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub name: String,
    /// The queue whose calls show it; none: it is begun by its id, as by a campaign.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl Resource for Script {
    type Id = ScriptId;
    const KIND: Kind = Kind::Script;
    const TABLE: &'static str = "script";
    const COLUMNS: &'static [Column] = columns!(name: Text, queue_id: Text, active: Bool);
    const HAS_CLASHES: bool = true;

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }

    fn references(&self) -> Vec<Reference> {
        self.queue_id.iter().map(|id| Reference { field: "queue_id".into(), table: "queue", id: id.to_string() }).collect()
    }

    fn clash(&self, other: &Self) -> Option<Clash> {
        (self.active && other.active && self.queue_id.is_some() && self.queue_id == other.queue_id).then(|| Clash {
            field: "queue_id",
            what: format!("the queue already has the script \"{}\"", other.name),
            mend: "make one of them inactive, or write a new version of that one".to_owned(),
        })
    }
}

/// Where a version of a script stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScriptState {
    Draft,
    /// New runs take it; at most one of a script.
    Live,
    /// Was live; runs that began with it go on.
    Retired,
}

impl ScriptState {
    pub fn word(self) -> &'static str {
        match self {
            ScriptState::Draft => "draft",
            ScriptState::Live => "live",
            ScriptState::Retired => "retired",
        }
    }
}

/// One document of a script. Never changed once written.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScriptVersion {
    #[schema(value_type = Uuid)]
    pub script_id: ScriptId,
    /// 1, 2, 3 … within the script.
    pub number: u32,
    pub document: Document,
    pub state: ScriptState,
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<UserId>,
    #[schema(value_type = i64)]
    pub created_at: Utc,
}
